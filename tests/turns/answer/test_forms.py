from dify_app.answer import Paused
from turns.answer.forms import shown


def test_one_form_is_its_text_and_where_to_go_on() -> None:
    form = Paused("Right?", "https://dify.example/form/t", "Check", ("OK",))
    assert list(shown([form])) == ["Right?", "- [Check](https://dify.example/form/t)"]


def test_the_choice_is_shown_as_words_and_never_as_markup() -> None:
    form = Paused("Right?", actions=("Yes, *do*", "[No](https://x.example)"))
    assert list(shown([form])) == [
        "Right?",
        "**Yes, \\*do\\*** · **\\[No\\](https://x.example)**",
    ]


def test_several_forms_without_a_page_are_told_apart_by_their_titles() -> None:
    forms = [Paused("Right?", title="Check"), Paused("Paid?", title="Pay")]
    assert list(shown(forms)) == ["**Check**", "Right?", "**Pay**", "Paid?"]


def test_nothing_waits() -> None:
    assert list(shown([])) == []
