import json

from slack_api.connection import NeverSent
from tests.slack_api.scripted_pool import OK, api_over
from turns.report import TurnReport, where


def test_report_is_one_line_of_json_without_empty_fields() -> None:
    report = TurnReport("T1", "C1", "1.2", "app-1", outcome="answered", first_text=1.23456, flushes=3)
    line = report.line()
    assert "\n" not in line
    fields = json.loads(line)["turn"]
    assert fields["first_text"] == 1.235
    assert fields["flushes"] == 3
    assert "ack" not in fields
    assert "conversation" not in fields


def test_flushes_and_retries_are_read_from_the_client() -> None:
    api, _ = api_over(NeverSent("no"), OK)
    api.post_message("C1", "1.2", text="hi")
    api.append_stream("C1", "1.5", [])
    api.stop_stream("C1", "1.5")
    api.set_status("C1", "1.2", "is thinking")
    report = TurnReport("T1", "C1", "1.2", "app-1")
    report.measure(api)
    assert (report.flushes, report.retries) == (2, 1)


def test_place_of_an_error_is_told_without_its_text() -> None:
    def fail() -> None:
        raise RuntimeError("xoxb-secret")

    try:
        fail()
    except RuntimeError as error:
        said = where(error)
    assert said.startswith("RuntimeError at test_report.py:")
    assert "secret" not in said
    assert where(RuntimeError("xoxb")) == "RuntimeError at ?"
