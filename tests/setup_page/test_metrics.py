import re

from setup_page.metrics import metrics_text
from slack_events import Reason, SeenOfHook
from turns import TurnsOfHook

LINE = re.compile(r'(# (HELP|TYPE) [a-z_]+ .+)|([a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"\})? -?[0-9.]+)')


def test_every_line_is_of_prometheus_text_format() -> None:
    turns, seen = TurnsOfHook(), SeenOfHook()
    turns.outcomes['cannot reply: "x"\n\\'] = 3
    turns.seconds["ack"], turns.counts["ack"] = 1.5, 2
    seen.ignored[Reason.BOT] = 4
    seen.kinds["app_mention"] = 90.0
    told = metrics_text(turns, seen, 100.0)
    assert [line for line in told.splitlines() if not LINE.fullmatch(line)] == []
    assert told.endswith("\n")
    assert 'slack_bridge_turn_seconds_sum{until="ack"} 1.500' in told
    assert 'slack_bridge_messages_ignored_total{reason="bot"} 4' in told
    assert 'slack_bridge_event_age_seconds{kind="app_mention"} 10.0' in told


def test_hook_without_turns_has_figures_too() -> None:
    told = metrics_text(TurnsOfHook(), SeenOfHook(), 0.0)
    assert "slack_bridge_turns_open 0" in told
