from tests.daemon.node import Limits


def test_limits_as_a_daemon_reads_them() -> None:
    assert Limits().environment() == {
        "DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT": "240000",
        "PLUGIN_MAX_EXECUTION_TIMEOUT": "600",
    }


def test_scaled_limits_are_never_none_at_all() -> None:
    """Zero would mean the daemon's default; its seconds are whole."""
    assert Limits().scaled(0.05).environment()["DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT"] == "12000"
    assert set(Limits().scaled(1e-9).environment().values()) == {"1"}
