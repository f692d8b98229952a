from slack_api.directory import MOST, PAGES, Directory, Found
from tests.slack_api.scripted_pool import api_over, refuses, says


def page(member: str, *listed: dict[str, object], cursor: str = "") -> object:
    return says({"ok": True, member: list(listed), "response_metadata": {"next_cursor": cursor}})


def channel(number: int, name: str) -> dict[str, object]:
    return {"id": f"C{number}", "name": name}


def test_channel_is_found_behind_short_and_empty_pages() -> None:
    pages = [page("channels", cursor="a"), page("channels", channel(1, "general"), cursor="b")]
    api, pool = api_over(*pages, page("channels", channel(2, "help")), page("channels"))  # type: ignore[arg-type]
    assert Directory(api).channels("Help") == Found(("C2",))
    assert [pool.arguments(number).get("cursor") for number in range(3)] == [None, "a", "b"]
    assert pool.arguments(0)["types"] == "public_channel"


def test_pages_without_an_end_are_given_up() -> None:
    api, pool = api_over(page("members", cursor="more"))  # type: ignore[arg-type]
    assert Directory(api).members("anna") == Found()
    assert len(pool.sent) == PAGES


def test_scope_that_is_lacking_is_named() -> None:
    api, _ = api_over(refuses("missing_scope"))
    assert Directory(api).channels("help") == Found((), "channels:read, groups:read")
    assert Directory(api).members("anna") == Found((), "users:read")
    assert Directory(api).members("anna@example.com") == Found((), "users:read.email")


def test_channel_that_one_scope_shows_is_found_without_the_other() -> None:
    api, _ = api_over(refuses("missing_scope"), page("channels", channel(2, "help")))  # type: ignore[arg-type]
    assert Directory(api).channels("help") == Found(("C2",))


def test_member_is_found_by_each_name_and_the_deactivated_are_not() -> None:
    people = [
        {"id": "U1", "name": "anna", "profile": {"display_name": "Anna B", "real_name": "Anna Berg"}},
        {"id": "U2", "name": "anna.b", "deleted": True, "profile": {"display_name": "Anna B"}},
        {"id": "U3", "name": "berg", "profile": {"real_name": "anna berg"}},
        {"id": 4, "name": None, "profile": []},
    ]
    api, _ = api_over(page("members", *people))  # type: ignore[arg-type]
    found = [Directory(api).members(name).ids for name in ("ANNA", "anna b", "Anna Berg", "nobody")]
    assert found == [("U1",), ("U1",), ("U1", "U3"), ()]


def test_no_more_ids_are_told_than_can_be_read() -> None:
    api, _ = api_over(page("members", *({"id": f"U{number}", "name": "anna"} for number in range(99))))  # type: ignore[arg-type]
    assert len(Directory(api).members("anna").ids) == MOST


def test_member_of_an_address_is_asked_for_alone() -> None:
    api, pool = api_over(says({"ok": True, "user": {"id": "U7"}}))
    assert Directory(api).members("Dora@example.com") == Found(("U7",))
    assert pool.methods == ["users.lookupByEmail"]
    unknown, _ = api_over(refuses("users_not_found"))
    assert Directory(unknown).members("dora@example.com") == Found()
