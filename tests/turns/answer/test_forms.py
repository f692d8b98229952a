from dify_app.answer import Paused
from turns.answer.forms import shown


def test_single_form_shows_its_text_and_its_address() -> None:
    form = Paused("Right?", "https://dify.example/form/t", "Check", ("OK",))
    assert list(shown([form])) == ["Right?", "- [Check](https://dify.example/form/t)"]


def test_choices_are_shown_as_words_without_markup() -> None:
    form = Paused("Right?", actions=("Yes, *do*", "[No](https://x.example)"))
    assert list(shown([form])) == [
        "Right?",
        "**Yes, \\*do\\*** · **\\[No\\](https://x.example)**",
    ]


def test_forms_without_a_page_are_told_apart_by_their_titles() -> None:
    forms = [Paused("Right?", title="Check"), Paused("Paid?", title="Pay")]
    assert list(shown(forms)) == ["**Check**", "Right?", "**Pay**", "Paid?"]


def test_no_form_shows_nothing() -> None:
    assert list(shown([])) == []
