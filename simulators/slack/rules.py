"""What a test may turn in the double while it runs."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Rules:
    """Every wait is in design seconds unless it says wall.

    dm_recipients: §4.2 has witnesses for both, so a test may choose: "refused" (`invalid_arguments` when a
    direct message names recipients), "required", or "either".
    """

    tiers: bool = False
    burst: float = 0.5  # share of a tier's minute that may come at once: "bursts tolerated; unspecified" (§6)
    echo: bool = True  # our own posts come back as message events (§1.4)
    mpim_mentions: bool = False  # a mention in a group DM raises app_mention too: not documented (§1.4)
    message_changed: bool = False  # updates, stops and thread replies send message_changed (§1.4)
    latency: float = 0.0  # before every Web API call
    dm_recipients: str = "refused"
    patience: float = 3.0  # §1.2
    patience_floor: float = 1.0  # wall seconds, so that a scaled test does not ask the impossible
    stream_seconds: float = 300.0  # §4.3
    stream_bytes: int = 11_000  # §4.3: threshold fits UTF-8 bytes 10.6-11.3 k
    status_seconds: float = 120.0  # §5
    retries: bool = True
    absent_methods: list[str] = field(default_factory=list)  # GovSlack has no streams: unknown_method (§4.1)
    unstreamable: list[str] = field(default_factory=list)  # channel kinds: channel_type_not_supported (§4.2)
    response_url_base: str = ""  # "" is the double itself; §8 says real ones are on hooks.slack.com
