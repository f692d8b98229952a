from hypothesis import given

from tests.simulators.demo.texts import letters
from tools.pictures.clusters import clusters


@given(letters)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_an_accent_and_what_is_joined_stay_with_their_letter() -> None:
    assert list(clusters("ae\u0301 👩\u200d💻")) == ["a", "e\u0301", " ", "👩\u200d💻"]
