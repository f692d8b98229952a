"""Control calls about the links of Socket Mode."""

from simulators.slack.double import Double
from simulators.slack.messages import Json


class Links:
    """Each public method is a call of the control API; each gives what `socket_view` gives."""

    def __init__(self, double: Double) -> None:
        self._socket_mode = double.socket_mode

    def socket_view(self) -> Json:
        """How many links are open, were opened and refused, and how many acks came in time."""
        return self._socket_mode.view()

    def socket_refresh(self) -> Json:
        """Each link is told that it ends in 10 s, and then ends."""
        self._socket_mode.refresh()
        return self.socket_view()

    def socket_disable(self) -> Json:
        """Socket Mode is switched off."""
        self._socket_mode.disable()
        return self.socket_view()

    def socket_cut(self) -> Json:
        """Every link breaks."""
        self._socket_mode.cut()
        return self.socket_view()

    def socket_hush(self) -> Json:
        """Every link goes dead, and looks alive."""
        self._socket_mode.hush()
        return self.socket_view()
