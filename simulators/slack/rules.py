"""What a test may turn in the double while it runs."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Rules:
    """Every wait is in design seconds unless it says wall.

    dm_recipients: docs/platform/slack.md#stream-recipients has witnesses for both, so a test may choose: "refused"
    (`invalid_arguments` when a direct message names recipients), "required", or "either".
    """

    tiers: bool = False
    # Share of a tier's minute that may come at once: "bursts tolerated; unspecified"
    # (docs/platform/slack.md#rate-tiers)
    burst: float = 0.5
    echo: bool = True  # our own posts come back as message events (docs/platform/slack.md#bot-messages)
    # A mention in a group DM raises app_mention too: not documented
    # (docs/platform/slack.md#mentions-in-group-direct-messages)
    mpim_mentions: bool = False
    # Updates, stops and thread replies send message_changed (docs/platform/slack.md#changed-messages)
    message_changed: bool = False
    # Wall seconds by which Slack's clock is ahead of this machine's, in answers and in signed requests
    clock_ahead: float = 0.0
    latency: float = 0.0  # before every Web API call
    dm_recipients: str = "refused"
    patience: float = 3.0  # docs/platform/slack.md#ack
    patience_floor: float = 1.0  # wall seconds, so that a scaled test does not ask the impossible
    stream_seconds: float = 300.0  # docs/platform/slack.md#stream-lifetime
    stream_bytes: int = 11_000  # UTF-8: docs/platform/slack.md#stream-size
    status_seconds: float = 120.0  # docs/platform/slack.md#thread-status
    retries: bool = True
    paid_plan: bool = True  # user groups need one (docs/platform/slack.md#user-groups)
    # Seconds from Slack's word to a link's end (docs/platform/slack.md#socket-mode-connections)
    link_warning: float = 10.0
    # GovSlack has no streams: unknown_method (docs/platform/slack.md#stream-availability)
    absent_methods: list[str] = field(default_factory=list)
    # How many tables a message may hold is disputed, data tables are new (docs/platform/slack.md#table-block)
    several_tables: bool = True
    data_tables: bool = True
    # Whether each workspace takes them is not known (docs/platform/slack.md#feedback-buttons)
    feedback_buttons: bool = True
    # Channel kinds: channel_type_not_supported (docs/platform/slack.md#stream-availability)
    unstreamable: list[str] = field(default_factory=list)
    # "" is the double itself; real ones are on hooks.slack.com (docs/platform/slack.md#response-urls)
    response_url_base: str = ""
    # Which blocks a response URL takes is not known; a refused post is one of its five
    response_url_refuses_blocks: bool = False
