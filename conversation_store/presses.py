"""Whether presses of buttons reach a hook. A press is remembered, because Slack cannot be asked."""

from conversation_store.store import ThreadStore
from errors import StoreError


class Presses:
    """For one request. `known` are the hooks of which this process knows that presses reach them."""

    def __init__(self, store: ThreadStore, hook_id: str, known: set[str]) -> None:
        self._store = store
        self._hook_id = hook_id
        self._known = known

    def arrive(self) -> bool:
        """Whether a press reached the hook, in the days that its conversations are kept."""
        if self._hook_id not in self._known:
            try:
                if not self._store.has_seen_press(self._hook_id):
                    return False
            except StoreError:
                return False
            self._known.add(self._hook_id)
        return True

    def note(self) -> None:
        """A press reached the hook."""
        if self._hook_id in self._known:
            return
        self._known.add(self._hook_id)
        try:
            self._store.note_press(self._hook_id)
        except StoreError:
            return  # the next process learns it from the next press
