from simulators.playground.drawn import draw_blocks, draw_parts

NAMES = {"U1": "Anna Berg"}


def test_markdown_becomes_a_tree_without_markup() -> None:
    [paragraph, item] = draw_parts([{"kind": "markdown", "text": "A **b** <i>\n\n- one"}], NAMES)
    assert paragraph["type"] == "Paragraph"
    assert paragraph["text"][1] == {"text": "b", "marks": ["bold"]}
    assert "".join(span["text"] for span in paragraph["text"]) == "A b <i>"
    assert (item["type"], item["blocks"][0]["type"]) == ("Item", "Paragraph")


def test_mention_is_named() -> None:
    [paragraph] = draw_parts([{"kind": "text", "text": "<@U1> hi"}], NAMES)
    assert paragraph["text"][0] == {"text": "@Anna Berg", "marks": ["mention"]}


def test_older_markup_is_read() -> None:
    [paragraph] = draw_parts(
        [{"kind": "text", "text": "`/dify` is *not* 2 * 3 * 4 or snake_case_name"}], NAMES
    )
    pieces = [(span["text"], *span["marks"]) for span in paragraph["text"] if span["text"]]
    assert pieces == [("/dify", "code"), (" is ",), ("not", "bold"), (" 2 * 3 * 4 or snake_case_name",)]


def test_plan_of_a_stream_is_a_title_and_its_tasks() -> None:
    task = {
        "kind": "task",
        "id": "1",
        "title": "Look",
        "status": "complete",
        "details": "",
        "output": "x",
        "sources": [],
    }
    plan, card = draw_parts([{"kind": "plan", "title": "Steps"}, task], NAMES)
    assert (plan["type"], plan["title"]) == ("Plan", "Steps")
    assert (card["type"], card["status"], card["output"]) == ("Task", "complete", "x")


def test_button_keeps_what_a_press_needs() -> None:
    button = {
        "type": "button",
        "action_id": "go",
        "value": "1",
        "style": "primary",
        "text": {"type": "plain_text", "text": "Go"},
    }
    [actions] = draw_blocks([{"type": "actions", "block_id": "b", "elements": [button]}], NAMES)
    assert actions["type"] == "Actions"
    [drawn] = actions["elements"]
    assert {name: drawn[name] for name in ("action_id", "value", "style", "text")} == {
        "action_id": "go",
        "value": "1",
        "style": "primary",
        "text": "Go",
    }


def test_thumbs_have_their_labels() -> None:
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "1"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "0"},
    }
    [actions] = draw_blocks([{"type": "context_actions", "elements": [thumbs]}], NAMES)
    [drawn] = actions["elements"]
    assert (drawn["positive_button"], drawn["negative_button"]) == ("Good", "Bad")


def test_section_with_a_button_beside_it_shows_both() -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "Ready?"}, "accessory": button}
    assert [block["type"] for block in draw_blocks([section], NAMES)] == ["Paragraph", "Actions"]


def test_input_of_a_modal_has_its_options_and_its_first_value() -> None:
    options = [{"value": v, "text": {"type": "plain_text", "text": v.title()}} for v in ("slow", "fast")]
    element = {
        "type": "static_select",
        "action_id": "a",
        "options": options,
        "initial_option": options[1],
    }
    block = {
        "type": "input",
        "block_id": "b",
        "label": {"type": "plain_text", "text": "Speed"},
        "element": element,
    }
    [drawn] = draw_blocks([block], NAMES)
    assert (drawn["label"], drawn["optional"], drawn["element"]["initial"]) == ("Speed", False, "fast")
    assert drawn["element"]["options"] == [
        {"value": "slow", "text": "Slow"},
        {"value": "fast", "text": "Fast"},
    ]


def test_picture_is_told_by_its_description() -> None:
    [drawn] = draw_blocks(
        [{"type": "image", "image_url": "https://x.example/p.png", "alt_text": "A plot"}], NAMES
    )
    assert drawn["text"][0]["text"] == "[A plot]"
