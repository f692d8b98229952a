"""Everything the bridge raises on purpose, told apart by type and never by text.

BridgeError
├── SettingsError              a setting is missing or malformed: which one, and the cure
├── RequestError               an HTTP request is refused
│   ├── Forged                 the signature is not valid: 401, empty body
│   └── Malformed              signed, but not what Slack sends: 400
├── HandoffError               no request accepted the turn: 503, Slack tries again
├── StoreError                 the conversation store failed: memory of the thread is lost, the answer is not
│   ├── StoreBusy              the storage works, but too many calls wanted it at once
│   └── StoreFull              the storage is over its quota
├── SlackError                 a call to Slack's Web API did not succeed
│   ├── SlackRefused           Slack answered `ok: false`; `error` is its code
│   ├── SlackRateLimited       Slack answered 429; `retry_after` in seconds
│   ├── SlackUnreachable       the request never reached Slack: the call is safe to send again
│   ├── SlackFateUnknown       the request was sent, but no usable answer came: the call may have happened
│   └── FileRefused            a file cannot be passed on; `reason` is a key of `wording`
│       └── NotHeard           a recording gave no text
├── Withdrawn                  a member deleted the question, or the root of its thread
├── Stopped                    a member stopped the answer
└── DifyError                  the app did not give its whole answer
    ├── ConversationLost       the app does not know the conversation_id any more
    ├── AppMisconfigured       the admin must act: the app is missing, unpublished, or of a kind that cannot answer
    │   ├── InputMissing       a required variable of the app's form has no value; `variable`
    │   ├── UnsupportedApp     Dify does not let plugins call this kind of app
    │   │   └── CompletionApp  Dify fails whenever a plugin calls an app of this kind
    │   ├── SpeechOff          the app turns no speech into text
    │   ├── BrokenDify         Dify is of a version in which no plugin can ask apps
    │   └── ApiRefused         the Service API refused the app's key, or is off for the app: nothing ran
    ├── NotFollowed            Dify does not tell how a run of its goes on
    ├── FormRefused            Dify takes no answer to this form, or not this one; `kind`
    ├── ProviderTrouble        the model's provider refused: credentials, quota, model
    ├── RunFailed              the app ran and failed
    ├── DifyUnavailable        Dify or its plugin daemon failed: connection, 5xx
    │   ├── ApiAway            there is no Service API at its address: nothing ran
    │   ├── DifyBusy           Dify takes no more runs at the moment
    │   └── ContextBroken      another request's end cancelled ours (daemons 0.6.7 and 0.6.8)
    ├── TimeCut                the daemon ended the stream after its 240 s (docs/platform/dify.md#read-time-out)
    ├── Silent                 no event came for the SDK's whole idle limit
    ├── AnswerTooLong          the app said more than is kept of one answer
    └── Incomplete             the stream ended without an end event
"""


class BridgeError(Exception):
    """The base of all errors above. Its text is for logs and is never shown in Slack."""


class SettingsError(BridgeError):
    """`setting` is the setting's name in provider/slack.yaml, `cure` is one English sentence for the admin."""

    def __init__(self, setting: str, cure: str) -> None:
        super().__init__(f"setting {setting}: {cure}")
        self.setting = setting
        self.cure = cure


class RequestError(BridgeError):
    """An HTTP request is refused."""


class Forged(RequestError):
    """The request has no valid signature, neither Slack's nor ours."""


class Malformed(RequestError):
    """The request is signed, but its content makes no sense."""


class HandoffError(BridgeError):
    """No route to our own `/slack/turns` accepted the turn in time."""


class StoreError(BridgeError):
    """The store is broken, slow or unreachable. A missing key is not an error."""


class StoreBusy(StoreError):
    """The storage works, but too many callers wanted the same entry at once."""


class StoreFull(StoreError):
    """The quota of the manifest is used up."""


class SlackError(BridgeError):
    """`method` is the Web API method, such as `chat.postMessage`."""

    retry_after = 0.0  # seconds that Slack asks us to wait

    def __init__(self, method: str, text: str = "") -> None:
        super().__init__(f"{method}: {text}" if text else method)
        self.method = method


class SlackRefused(SlackError):
    """`error` is Slack's code, such as `channel_not_found`."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(method, error)
        self.error = error


class SlackRateLimited(SlackError):
    """Slack answered 429 and did nothing. `retry_after` is in seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, f"rate limited, {retry_after:g} s")
        self.retry_after = retry_after


class SlackUnreachable(SlackError):
    """There was no connection to Slack, so the call did not happen."""


class SlackFateUnknown(SlackError):
    """The request was sent and no usable answer came: the call may have happened."""


class FileRefused(SlackError):
    """A file is not passed on; `reason` is a key of the wording catalogue."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__("file", reason)
        self.name = name
        self.reason = reason


class NotHeard(FileRefused):
    """A recording gave no text; `reason` says why, as for any other file."""


class Withdrawn(BridgeError):
    """A member deleted the question (`question`), or else the root of its thread: the answer ends here."""

    def __init__(self, *, question: bool) -> None:
        super().__init__("question deleted" if question else "thread deleted")
        self.question = question


class Stopped(BridgeError):
    """The member `user` stopped the answer, which ends here."""

    def __init__(self, user: str) -> None:
        super().__init__("stopped")
        self.user = user


class DifyError(BridgeError):
    """The app's answer is missing or cut. The text that came before the error stays. No text of Dify's is kept.

    `kind` tells causes of one type apart, for logs and for wording: see `dify_app/faults.py`.
    """

    def __init__(self, kind: str = "") -> None:
        self.kind = kind or type(self).__name__
        super().__init__(self.kind)


class ConversationLost(DifyError):
    """Dify no longer has the conversation (docs/platform/dify.md#lost-conversations: 400 with an empty message)."""


class AppMisconfigured(DifyError):
    """Only the admin can mend the app, in Dify."""


class InputMissing(AppMisconfigured):
    """A required variable of the app's form has no value; `takes_files`: the member can give one, as a file."""

    def __init__(self, variable: str, *, takes_files: bool = False) -> None:
        super().__init__("input_missing")
        self.variable = variable
        self.takes_files = takes_files


class UnsupportedApp(AppMisconfigured):
    """Dify does not let plugins call this kind of app, or it was never published."""


class CompletionApp(UnsupportedApp):
    """The app is of Dify's kind `completion` (docs/platform/dify.md#completion-apps)."""


class SpeechOff(AppMisconfigured):
    """The app's speech to text is off (docs/platform/dify-service-api.md#voice)."""


class BrokenDify(AppMisconfigured):
    """Dify does not find its own user for a call of a plugin (docs/platform/dify.md#dify-versions)."""


class ApiRefused(AppMisconfigured):
    """The Service API refused the app's key, or it is switched off for the app (401, 403). Nothing ran."""


class NotFollowed(DifyError):
    """Dify does not tell what this run says: its version cannot, or it does not find the run, or there is no key."""


class FormRefused(DifyError):
    """Dify or our own record of the form says no.

    `kind`: form_submitted (somebody answered before), form_repeated (so did this member, in the same way),
    form_expired, form_gone, form_invalid, or form_unknown (the store does not have the form).
    """


class ProviderTrouble(DifyError):
    """The model's provider refused."""


class RunFailed(DifyError):
    """The app ran and ended in an error of its own."""


class DifyUnavailable(DifyError):
    """Dify, or the plugin daemon before it, is in trouble."""


class ApiAway(DifyUnavailable):
    """No connection to the Service API, or another program answers at its address. Nothing ran."""


class DifyBusy(DifyUnavailable):
    """The app has as many runs as it may have, or no worker took the run, which may then still begin later."""


class ContextBroken(DifyUnavailable):
    """Dify says "context canceled": the run may go on in Dify, but its answer no longer reaches us (daemon#787)."""


class TimeCut(DifyError):
    """The daemon's 240 s read limit ended the stream."""


class Silent(DifyError):
    """Nothing came for the whole idle limit of the SDK."""


class AnswerTooLong(DifyError):
    """The app says more than is kept of one answer (docs/architecture.md#d16-tenants-and-bounds); reading stops."""


class Incomplete(DifyError):
    """The stream ended cleanly, but without an end event."""
