"""Whether presses of buttons reach a hook: remembered, since Slack cannot be asked."""

from conversation_store.record import ThreadKey
from conversation_store.store import ThreadStore
from errors import StoreError

_ARRIVED = "presses"


class Presses:
    """For one request; `known` are the hooks of which this process knows it."""

    def __init__(self, store: ThreadStore, hook_id: str, known: set[str]) -> None:
        self._store = store
        self._hook_id = hook_id
        self._known = known
        self._key = ThreadKey(hook_id=hook_id, app_id="", team_id="", channel="", thread=_ARRIVED)

    def arrive(self) -> bool:
        """Whether one ever did, in the days that a conversation is kept."""
        if self._hook_id not in self._known:
            try:
                record = self._store.get(self._key)
            except StoreError:
                return False
            if record is not None and record.conversation_id == _ARRIVED:
                self._known.add(self._hook_id)
        return self._hook_id in self._known

    def note(self) -> None:
        """One did."""
        if self._hook_id in self._known:
            return
        self._known.add(self._hook_id)
        try:
            self._store.update(self._key, lambda record: record.with_conversation(_ARRIVED))
        except StoreError:
            return  # the next process learns it from the next press
