"""What the answers of one workspace share, over a Slack client that answers as told."""

from slack_api.client import SlackApi
from slack_reply.optional_blocks import BlockSupport
from slack_reply.shared import NativeSupport, Slack, TableSupport, Written
from tests.fake_clock import FakeClock


def slack_over(api: SlackApi, clock: FakeClock | None = None) -> Slack:
    clock = clock or FakeClock()
    return Slack(
        api, api.budget, NativeSupport(clock), TableSupport(clock), Written(), clock, BlockSupport(clock)
    )
