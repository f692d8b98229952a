import base64
import http.client
from urllib.parse import urlsplit

import pytest
import urllib3

from simulators.recordings import recording
from simulators.slack.workspace import ANNA, GENERAL
from tests.simulators.slack.conftest import App, Slack, refusal


def shared(slack: Slack, **more: object) -> dict[str, object]:
    """A file as a message shows it."""
    file_id = slack.workspace.add_file("a.txt", b"hello world", **more)  # type: ignore[arg-type]
    ts = slack.workspace.say(GENERAL, ANNA, "look", files=[file_id])
    return slack.workspace.thread(GENERAL, ts)[0].files[0]


def get(slack: Slack, url: object, token: str | None = None) -> urllib3.BaseHTTPResponse:
    headers = {"Authorization": f"Bearer {token or slack.workspace.token}"}
    with urllib3.PoolManager() as pool:
        return pool.request("GET", str(url), headers=headers, redirect=False, retries=False)


def test_a_download_needs_the_token(slack: Slack) -> None:
    url = shared(slack)["url_private_download"]
    assert get(slack, url).data == b"hello world"
    refused = get(slack, url, "xoxb-wrong")
    assert refused.status == 302
    assert refused.headers["X-Slack-Meta"] == "?;acl_fail"
    page = get(slack, refused.headers["Location"], "xoxb-wrong")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_without_the_scope_there_is_only_the_login_page(slack: Slack) -> None:
    url = shared(slack)["url_private"]
    slack.workspace.configure(manifest="oauth_config: {scopes: {bot: [chat:write]}}")
    assert get(slack, url).status == 302


def test_who_saw_the_token_is_counted(slack: Slack) -> None:
    url = shared(slack, variant="redirect_foreign")["url_private"]
    away = get(slack, url).headers["Location"]
    assert away.startswith(slack.workspace.foreign_url)
    assert get(slack, away).status == 200
    assert set(slack.workspace.token_hosts()) == {
        urlsplit(slack.workspace.url).netloc, urlsplit(slack.workspace.foreign_url).netloc,
    }  # fmt: skip


def test_a_redirect_loop(slack: Slack) -> None:
    file = shared(slack, variant="redirect_loop")
    assert get(slack, file["url_private"]).headers["Location"] == file["url_private"]
    assert slack.workspace.downloads() == {file["id"]: 1}


def test_a_truncated_body(slack: Slack) -> None:
    parts = urlsplit(str(shared(slack, variant="truncated")["url_private"]))
    connection = http.client.HTTPConnection(parts.netloc)
    connection.request("GET", parts.path, headers={"Authorization": f"Bearer {slack.workspace.token}"})
    with pytest.raises(http.client.IncompleteRead) as cut:
        connection.getresponse().read()
    assert cut.value.partial == b"hello"
    connection.close()


@pytest.mark.parametrize("variant", ["stall", "stall_middle"])
def test_a_stalled_body(slack: Slack, variant: str) -> None:
    file = shared(slack, variant=variant, stall=20)
    assert get(slack, file["url_private"]).data == b"hello world"
    assert slack.clock.slept == [20]


def test_a_size_that_is_not_told(slack: Slack) -> None:
    answer = get(slack, shared(slack, variant="no_length")["url_private"])
    assert (answer.data, answer.headers.get("Content-Length")) == (b"hello world", None)
    larger = get(slack, shared(slack, variant="oversized", excess=100_000)["url_private"])
    assert len(larger.data) > 100_000


def test_what_the_object_says_can_be_anything(slack: Slack) -> None:
    overrides = {"url_private": "https://files.slack.com.evil.example/x", "mode": "external", "user": None}
    file = shared(slack, overrides=overrides, declared=5_000_000_000)
    assert file["url_private"] == overrides["url_private"]
    assert file["size"] == 5_000_000_000
    assert "user" not in file


def test_slack_connect_gives_a_stub(slack: Slack, app: App) -> None:
    whole = shared(slack, variant="connect_stub")
    (delivery,) = slack.workspace.deliveries()
    (stub,) = delivery.body["event"]["files"]
    assert stub == {"id": whole["id"], "mode": "file_access", "file_access": "check_file_info"}
    whole = slack.client.files_info(file=str(stub["id"]))["file"]
    assert get(slack, whole["url_private_download"]).data == b"hello world"


def test_a_deleted_file(slack: Slack) -> None:
    file = shared(slack, variant="deleted")
    assert file["mode"] == "tombstone"
    assert refusal(lambda: slack.client.files_info(file=str(file["id"]))) == "file_deleted"
    assert refusal(lambda: slack.client.files_info(file="F0NOTHING")) == "file_not_found"


def test_an_unknown_variant_is_refused(slack: Slack) -> None:
    with pytest.raises(Exception, match="no such variant"):
        shared(slack, variant="haunted")


def test_an_upload_becomes_a_message(slack: Slack) -> None:
    root = slack.ask()
    slack.client.files_upload_v2(
        channel=GENERAL, thread_ts=root, filename="b.png", content=b"\x89PNG", initial_comment="here"
    )
    (message,) = slack.workspace.answers(GENERAL, root)
    assert (message.text, message.files[0]["name"], message.files[0]["mimetype"]) == (
        "here",
        "b.png",
        "image/png",
    )
    assert get(slack, message.files[0]["url_private"]).data == b"\x89PNG"


def test_what_is_no_upload(slack: Slack) -> None:
    client = slack.client
    assert refusal(lambda: client.files_getUploadURLExternal(filename="a", length=0)) == "invalid_arguments"
    huge = refusal(lambda: client.files_getUploadURLExternal(filename="a", length=2_000_000_000))
    assert huge == "file_upload_size_restricted"
    promise = client.files_getUploadURLExternal(filename="a", length=3)
    with urllib3.PoolManager() as pool:
        assert pool.request("POST", promise["upload_url"], body=b"four").status == 400
    complete = client.files_completeUploadExternal
    files = [{"id": promise["file_id"], "title": "a"}]
    assert refusal(lambda: complete(files=files, channel_id=GENERAL)) == "file_not_found"


def test_an_upload_can_fail(slack: Slack) -> None:
    slack.workspace.fault("upload", "status", status=503)
    promise = slack.client.files_getUploadURLExternal(filename="a", length=3)
    with urllib3.PoolManager() as pool:
        statuses = [pool.request("POST", promise["upload_url"], body=b"abc").status for _ in range(2)]
    assert statuses == [503, 200]


def clip(slack: Slack, kind: str) -> dict[str, object]:
    ts = slack.workspace.say(GENERAL, ANNA, "", files=[slack.workspace.add_clip("How far?", kind)])
    return slack.workspace.thread(GENERAL, ts)[0].files[0]


def test_clip_of_a_browser_is_named_webm_and_both_its_addresses_lead_to_slacks_mp4(slack: Slack) -> None:
    """docs/platform/slack.md#voice-clips."""
    file = clip(slack, "webm")
    assert (file["subtype"], file["name"], file["mimetype"], file["filetype"]) == (
        "slack_audio", "audio_message.webm", "audio/webm", "webm",
    )  # fmt: skip
    assert file["transcription"] == {"status": "processing"}
    for name in ("aac", "url_private", "url_private_download"):
        assert str(file[name]).endswith("/audio_message_audio.mp4")
        assert get(slack, file[name]).data == recording("How far?")
    assert get(slack, file["aac"], "xoxb-wrong").status == 302


def test_clip_of_a_phone_is_what_it_is_named(slack: Slack) -> None:
    for kind, mimetype in (("m4a", "audio/mp4"), ("mp4", "video/mp4")):
        file = clip(slack, kind)
        assert (file["mimetype"], file.get("aac")) == (mimetype, None)
        assert get(slack, file["url_private_download"]).data == recording("How far?")


def test_uploaded_recording_has_slacks_mp4_beside_it(slack: Slack) -> None:
    sound = base64.b64encode(recording("How far?")).decode()
    file_id = slack.workspace.add_file("a.ogg", recording("How far?", "ogg"), "audio/ogg", mp4=sound)
    ts = slack.workspace.say(GENERAL, ANNA, "", files=[file_id])
    file = slack.workspace.thread(GENERAL, ts)[0].files[0]
    assert get(slack, file["aac"]).data == recording("How far?")
    assert get(slack, file["url_private_download"]).data == recording("How far?", "ogg")
