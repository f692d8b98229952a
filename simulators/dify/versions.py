"""What the versions of Dify do differently at the Service API: a row for each, with the page that says so."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Version:
    """One version of Dify.

    `workers`: runs of chatflows and workflows at once (docs/platform/dify-service-api.md#workers). `bad_input`: how
    these answer inputs that do not fit, by pings until the end or by a failed run (#missing-inputs). `foreign`: how a
    chatflow answers a conversation that is not the end user's (#foreign-conversations). `false_failure`: an annotation
    hit of a chatflow ends with a failure, else with pings (#false-failure). `agents`: New Agent apps can be called
    (#routes-by-kind). `hang_up_ends`: a client that leaves ends the run of an in-process app (#hanging-up). `forms`:
    the Service API takes answers to forms (#form-answers) and tells the events of a run (#run-events). `speech_off`:
    the code for a recording to an app whose speech to text is off (#voice).
    """

    name: str
    workers: int
    bad_input: Literal["pings", "failed"]
    foreign: Literal["pings", "new", "refused"]
    false_failure: bool
    agents: bool
    hang_up_ends: bool
    forms: bool = True
    speech_off: Literal["invalid_param", "speech_to_text_disabled"] = "invalid_param"


VERSIONS = {
    row.name: row
    for row in (
        Version(
            "1.13.3", 1, "pings", "pings", false_failure=False, agents=False, hang_up_ends=False, forms=False
        ),
        Version("1.14.2", 4, "pings", "pings", false_failure=False, agents=False, hang_up_ends=False),
        Version("1.15.0", 4, "failed", "new", false_failure=True, agents=True, hang_up_ends=False),
        Version(
            "1.16.1",
            4,
            "failed",
            "refused",
            false_failure=True,
            agents=True,
            hang_up_ends=True,
            speech_off="speech_to_text_disabled",
        ),
        Version(
            "newest",
            4,
            "failed",
            "refused",
            false_failure=True,
            agents=True,
            hang_up_ends=False,
            speech_off="speech_to_text_disabled",
        ),
    )
}
NEWEST = VERSIONS["newest"]
