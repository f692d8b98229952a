from hypothesis import given
from hypothesis import strategies as st

from slack_api.identity import auth_info, user_info

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["profile", "name", "locale", "x"]), inner)
    ),
)


def test_the_display_name_comes_first() -> None:
    profile = {"display_name": "Annie", "real_name": "Ann Lee"}
    assert user_info("U1", {"profile": profile, "name": "ann"}).name == "Annie"
    assert user_info("U1", {"profile": {**profile, "display_name": " "}}).name == "Ann Lee"
    assert user_info("U1", {"name": "ann"}).name == "ann"
    assert user_info("U1", {"profile": {}}).name == "U1"


def test_guests_bots_and_strangers() -> None:
    assert user_info("U1", {"is_ultra_restricted": True}).is_restricted
    assert user_info("U1", {"is_restricted": True}).is_restricted
    assert user_info("U1", {"is_bot": True}).is_bot
    assert user_info("USLACKBOT", {}).is_bot
    assert user_info("U1", {"is_stranger": True}).is_stranger
    plain = user_info("U1", {"locale": "ja-JP", "team_id": "T9", "tz": "Asia/Tokyo"})
    assert (plain.is_bot, plain.is_restricted, plain.is_stranger) == (False, False, False)
    assert (plain.locale, plain.team_id, plain.time_zone, plain.known) == ("ja-JP", "T9", "Asia/Tokyo", True)


def test_nothing_known_is_the_id() -> None:
    unknown = user_info("U1", None)
    assert (unknown.name, unknown.known) == ("U1", False)


@given(JSON)
def test_anything_is_read(raw: object) -> None:
    assert user_info("U1", raw).name
    auth_info(raw, {})
