"""What Slack says of the token, and what its requests tell of the app: lines of the self-check. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provider import Settings, is_channel_name, is_email, is_group
from setup_page.addresses import PLACEHOLDER, base_address, is_of_one_network
from setup_page.app_manifest import REACTIONS, VARIANTS, Ability, Variant
from setup_page.report import CheckLine, ago, green, red, text, unseen
from slack_api import AuthInfo
from slack_events import COMMANDS, INTERACTIVITY, SeenOfHook
from turns import TurnsOfHook
from wording import SetupText

# Seconds; Slack's requests count for 300 s (docs/platform/slack.md#request-signature).
MOST_SKEW: Final = 60.0
GROUP_CHANGED: Final = "subteam_members_changed"
LOST: Final = {
    "app_mentions:read": SetupText.LOST_MENTIONS,
    "chat:write": SetupText.LOST_WRITE,
    "im:history": SetupText.LOST_IM,
    "mpim:history": SetupText.LOST_MPIM,
    "mpim:read": SetupText.LOST_MPIM_READ,
    "channels:history": SetupText.LOST_CHANNELS,
    "groups:history": SetupText.LOST_GROUPS,
    "commands": SetupText.LOST_COMMANDS,
    "channels:read": SetupText.LOST_CHANNELS_READ,
    "groups:read": SetupText.LOST_GROUPS_READ,
    "users:read.email": SetupText.LOST_EMAIL,
    "usergroups:read": SetupText.LOST_USER_GROUPS,
    "reactions:read": SetupText.LOST_REACTIONS,
    "users:read": SetupText.LOST_USERS,
    "files:read": SetupText.LOST_FILES_READ,
    "files:write": SetupText.LOST_FILES_WRITE,
}
"""What fails without each scope of the variants."""


@dataclass(frozen=True, slots=True)
class SlackAnswers:
    """What Slack answered. `error` is its code, or "" where the token is valid or Slack gave no answer.

    `app_id` is that of the app behind the token, "" if Slack did not tell.
    """

    bot: AuthInfo | None = None
    error: str = ""
    app_id: str = ""


def token_line(settings: Settings, slack: SlackAnswers) -> CheckLine:
    """Whether the token is valid, and whose it is."""
    if settings.bot_token is None:
        return red(SetupText.TOKEN, text(SetupText.TOKEN_MISSING))
    if slack.error:
        return red(SetupText.TOKEN, text(SetupText.TOKEN_REFUSED, error=slack.error))
    if slack.bot is None:
        return red(SetupText.TOKEN, text(SetupText.SLACK_AWAY))
    bot = slack.bot
    names = {"bot": bot.bot_name or bot.user_id, "team": f"{bot.team_name} ({bot.team_id})".lstrip()}
    return green(SetupText.TOKEN, text(SetupText.TOKEN_OK, **names))


def secret_line(settings: Settings, seen: SeenOfHook, now: float) -> CheckLine:
    """Whether a request of Slack's had a signature of our secret. A forged request does not outweigh a genuine one."""
    if not settings.signing_secrets:
        return red(SetupText.SECRET, text(SetupText.SECRET_MISSING))
    if seen.genuine is not None:
        return green(SetupText.SECRET, text(SetupText.SECRET_OK, when=ago(now - seen.genuine)))
    if seen.forged is not None:
        return red(SetupText.SECRET, text(SetupText.SECRET_WRONG, when=ago(now - seen.forged)))
    return unseen(SetupText.SECRET, text(SetupText.SECRET_UNSEEN))


def arrival_line(seen: SeenOfHook, base: str) -> CheckLine:
    """Whether Slack's requests come, and to the address `base` that the page's manifests name.

    Nobody can ask Slack for the address of an app, nor whether its Socket Mode is on
    (docs/platform/slack.md#self-check-calls). What a relay passes on comes to an address inside the network.
    """
    came = base_address(seen.url)
    if seen.genuine is None:
        address = f"{base or PLACEHOLDER}/slack/events"
        return unseen(SetupText.ARRIVAL, text(SetupText.ARRIVAL_UNSEEN, address=address))
    if came and base and came != base and not is_of_one_network(came):
        return red(SetupText.ARRIVAL, text(SetupText.ARRIVAL_ELSEWHERE, came=came, shown=base))
    return green(SetupText.ARRIVAL, text(SetupText.ARRIVAL_OK, address=came or base))


def same_app_line(slack: SlackAnswers, seen: SeenOfHook) -> CheckLine:
    """Whether token and signing secret are of one app, and of one workspace."""
    bot = slack.bot
    if bot and seen.team_id and seen.team_id not in {bot.team_id, bot.enterprise_id}:
        return red(SetupText.SAME_APP, text(SetupText.OTHER_TEAM, token=bot.team_id, events=seen.team_id))
    if not slack.app_id or not seen.app_id:
        return unseen(SetupText.SAME_APP)
    if slack.app_id != seen.app_id:
        return red(SetupText.SAME_APP, text(SetupText.OTHER_APP, token=slack.app_id, events=seen.app_id))
    return green(SetupText.SAME_APP, text(SetupText.SAME_APP_OK))


def scopes_of_rules(settings: Settings) -> tuple[str, ...]:
    """The scopes that the rules of the settings need (docs/platform/slack.md#self-check-calls)."""
    users, channels = settings.allowed_users, settings.allowed_channels | settings.open_channels
    needed = (
        ("users:read.email", any(map(is_email, users))),
        ("usergroups:read", any(map(is_group, users))),
        ("channels:read", any(map(is_channel_name, channels))),
        ("groups:read", any(map(is_channel_name, channels))),
        ("channels:history", bool(settings.open_channels)),
        ("groups:history", bool(settings.open_channels)),
    )
    return tuple(scope for scope, is_needed in needed if is_needed)


def variant_of(scopes: frozenset[str]) -> Variant:
    """The variant that the app was made from, as far as its scopes tell: the smallest that has all of them.

    Reactions do not count, since each variant may have them beside (`added`).
    """
    holding = [variant for variant in VARIANTS if scopes - set(REACTIONS.scopes) <= set(variant.scopes)]
    return min(holding, key=lambda variant: len(variant.scopes), default=VARIANTS[0])


def added(settings: Settings, scopes: frozenset[str]) -> Sequence[Ability]:
    """What the app shall have beside its variant: reactions where an emoji asks, or where it has their scope."""
    return [REACTIONS] if settings.reaction_trigger or set(REACTIONS.scopes) <= scopes else []


def scope_lines(bot: AuthInfo, settings: Settings) -> Iterator[CheckLine]:
    """Each scope of the app's variant, and each one that a setting needs.

    The first installation may lack some (docs/platform/slack.md#granted-scopes).
    """
    if bot.scopes is None:
        yield unseen(SetupText.SCOPES, text(SetupText.SCOPES_UNKNOWN))
        return
    more = [scope for ability in added(settings, bot.scopes) for scope in ability.scopes]
    for scope in dict.fromkeys([*variant_of(bot.scopes).scopes, *scopes_of_rules(settings), *more]):
        if scope in bot.scopes:
            yield green(scope, text(SetupText.SCOPE_OK))
        else:
            yield red(scope, text(SetupText.SCOPE_MISSING, lost=text(LOST[scope])))


def event_lines(
    bot: AuthInfo | None, settings: Settings, seen: SeenOfHook, now: float
) -> Iterator[CheckLine]:
    """When each event, a press and a slash command came last; nobody can read what the app subscribes to."""
    scopes = bot.scopes if bot and bot.scopes is not None else frozenset(VARIANTS[0].scopes)
    variant = variant_of(scopes)
    names = [*variant.events, *(name for ability in added(settings, scopes) for name in ability.events)]
    titles = {name: text(SetupText.EVENT, name=name) for name in names}
    if any(map(is_group, settings.allowed_users)):
        titles[GROUP_CHANGED] = text(SetupText.EVENT, name=GROUP_CHANGED)
    titles[INTERACTIVITY] = text(SetupText.BUTTONS)
    if variant.commands:
        titles[COMMANDS] = text(SetupText.COMMANDS)
    for name, title in titles.items():
        last = seen.kinds.get(name)
        if last is not None:
            yield green(title, text(SetupText.SEEN, when=ago(now - last)))
        elif name == GROUP_CHANGED:
            yield unseen(title, text(SetupText.GROUPS_UNSEEN))
        else:
            yield unseen(title)


def clock_line(slack: SlackAnswers) -> CheckLine:
    """Whether this machine's clock is near Slack's."""
    ahead = slack.bot.clock_ahead if slack.bot else None
    if ahead is None:
        return unseen(SetupText.CLOCK)
    count = round(abs(ahead))
    if count > MOST_SKEW:
        return red(SetupText.CLOCK, text(SetupText.CLOCK_OFF, count=count))
    return green(SetupText.CLOCK, text(SetupText.CLOCK_OK, count=count))


def stream_line(turns: TurnsOfHook, now: float) -> CheckLine:
    """Whether Slack took the streamed answer that was tried last."""
    for turn in reversed(turns.turns):
        when = ago(now - turn.ended)
        if turn.stream_refused:
            return red(SetupText.STREAM, text(SetupText.STREAM_REFUSED, when=when, error=turn.stream_refused))
        if turn.method == "stream":
            return green(SetupText.STREAM, text(SetupText.STREAM_OK, when=when))
    return unseen(SetupText.STREAM)
