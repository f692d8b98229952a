import pytest

from tests.daemon.missing import MissingPieceError
from tests.daemon.real_daemon import require_known, telling

LOG = """\
2026-11-23T07:14:37.14Z INFO daemon logger.go:61 plugin instance log plugin=a message="one turn"
2026-11-23T07:14:37.57Z INFO daemon middleware.go:83 HTTP request status=200
2026-11-23T07:14:37.57Z ERROR daemon factory.go:28 Failed error="killed by timeout" traceback="go"
\tinternal/types/exception/factory.go:28
2026-11-23T07:14:38Z WARN daemon subprocess.go:163 local runtime instance shutdown
"""


def test_the_lines_that_tell_something() -> None:
    told = telling(LOG)
    assert [line.split()[1] for line in told] == ["INFO", "ERROR", "WARN"]
    assert told[1].endswith('error="killed by timeout"')


@pytest.mark.parametrize("version", ["0.5.3", "0.6.10", "1.0", "", "main"])
def test_versions_that_are_taken(version: str) -> None:
    require_known(version)


@pytest.mark.parametrize("version", ["0.5.2", "0.4.1", "0"])
def test_versions_that_are_too_old(version: str) -> None:
    with pytest.raises(MissingPieceError, match=f"of version {version}: 0.5.3 or later"):
        require_known(version)
