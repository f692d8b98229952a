import json
from dataclasses import asdict, replace

import pytest

from errors import Forged
from job import Job, NoticeJob, OpenRun, PrivateJob, ReactionJob, SweepJob, job_from
from message import Message

MESSAGE = Message(
    team_id="T1", channel="C1", ts="1.2", source="message", user="U1", text="hi", files=({"id": "F1"},)
)
JOB = Job(MESSAGE, "http://h/e/x/slack/events", 12.5)


@pytest.mark.parametrize("job", [JOB, replace(JOB, is_claimed_ahead=True)])
def test_job_survives_json(job: Job) -> None:
    assert Job.from_dict(json.loads(json.dumps(job.to_dict()))) == job


def test_continuation_keeps_the_job_id() -> None:
    later = replace(JOB, is_claimed_ahead=True).next()
    assert (later.continuation, later.job_id) == (1, JOB.job_id)
    assert not later.is_claimed_ahead


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"message": []},
        JOB.to_dict() | {"leg": "x"},
        JOB.to_dict() | {"leg": float("inf")},
        JOB.to_dict() | {"message": {"ts": 1}},
        JOB.to_dict() | {"received": 10**400},
    ],
)
def test_other_content_is_forged(content: dict[str, object]) -> None:
    with pytest.raises(Forged):
        Job.from_dict(content)


def test_signed_content_is_a_turn_or_a_sweep() -> None:
    assert job_from(json.loads(json.dumps(JOB.to_dict()))) == JOB
    assert job_from(json.loads(json.dumps(SweepJob("one").to_dict()))) == SweepJob("one")
    with pytest.raises(Forged):
        job_from({"sweep": 1})
    assert SweepJob("one").job_id != SweepJob("two").job_id


def test_reaction_survives_json_and_comes_before_the_requests_of_its_question() -> None:
    reaction = ReactionJob(MESSAGE, "http://h/e/x/slack/events", 12.5)
    assert job_from(json.loads(json.dumps(reaction.to_dict()))) == reaction
    assert (reaction.job_id, reaction.continuation < JOB.continuation) == (JOB.job_id, True)


@pytest.mark.parametrize("change", [{"message": {"ts": 1}}, {"received": "x"}])
def test_other_reaction_is_forged(change: dict[str, object]) -> None:
    content = ReactionJob(MESSAGE, "http://h/e/x/slack/events", 12.5).to_dict()["reaction"]
    with pytest.raises(Forged):
        job_from({"reaction": content | change})


def test_notice_survives_json() -> None:
    notice = NoticeJob("T1", "U1", "D1", is_hello=False, number="7", shown="abc")
    assert job_from(json.loads(json.dumps(notice.to_dict()))) == notice
    assert notice.job_id == "notice/7"


@pytest.mark.parametrize("change", [{"user": 5}, {"is_hello": "yes"}, {"more": "x"}])
def test_other_notice_is_forged(change: dict[str, object]) -> None:
    content = NoticeJob("T1", "U1", "D1", is_hello=True, number="7").to_dict()["notice"]
    with pytest.raises(Forged):
        job_from({"notice": content | change})


def test_private_question_survives_json_and_keeps_its_secret_out_of_its_repr() -> None:
    private = PrivateJob(JOB.message, "http://h", 5.0, "https://hooks.slack.com/actions/T1/secret")
    assert job_from(json.loads(json.dumps(private.to_dict()))) == private
    assert "secret" not in repr(private)
    assert private.job_id != JOB.job_id


@pytest.mark.parametrize("change", [{"message": 5}, {"received": "soon"}])
def test_other_private_question_is_forged(change: dict[str, object]) -> None:
    content = PrivateJob(JOB.message, "http://h", 5.0, "url").to_dict()["private"]
    with pytest.raises(Forged):
        job_from({"private": content | change})


RUN = OpenRun(
    "t",
    "m",
    "r",
    "c",
    "slack:T1:U1",
    "So far",
    ({"id": "s", "began": 3},),
    ("1.5", "1.6"),
    1,
    2,
    5,
    2,
    0.5,
    quote="> heard",
    left_out=(("a.pdf", "file_too_large", False),),
    question_cut=900,
)


def test_job_with_an_open_run_survives_json() -> None:
    job = replace(JOB.next(), run=RUN)
    assert Job.from_dict(json.loads(json.dumps(job.to_dict()))) == job


@pytest.mark.parametrize(
    "run",
    [
        [],
        {},
        {"text": 5},
        asdict(RUN) | {"text": None},
        asdict(RUN) | {"more": 1},
        asdict(RUN) | {"left_out": 5},
        asdict(RUN) | {"left_out": [["a"]]},
    ],
)
def test_other_open_run_is_forged(run: object) -> None:
    with pytest.raises(Forged):
        Job.from_dict(JOB.to_dict() | {"run": run})
