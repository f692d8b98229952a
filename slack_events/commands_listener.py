"""Answers `/slack/commands`: one slash command, whose name is the admin's choice, with a few words of its own."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from clock import Clock
from errors import RequestError, SettingsError, StoreError
from handoff import Claims
from slack_events.asked_elsewhere import AskedElsewhere
from slack_events.remembered import DirectConversation
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import OK, Ack, Refusals, read_signed, refuse
from slack_events.slash_command import SlashCommand, parse_slash_command
from turns import RESET_WORDS, EndpointRequest
from wording import Say

REPLAY_SECONDS = 330.0  # Slack's signature is valid for 300 s
_PRIVATE = re.compile(
    r"""(?P<app>~\S+\s+)?  # the app's name may come first
        (?:(?:private|privately|privado)(?![a-z0-9\u00c0-\u024f_'\u2019-])  # as a word: not "private-equity"
          |(?:内緒|非公開|私下|悄悄)(?!\w))
        [\s:,;.!\u3001\u3002\uff01\uff0c\uff1a\uff1b]*  # the last six: punctuation of Chinese and Japanese
        (?P<question>.*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_HELP = frozenset({"", "help", "?", "ヘルプ", "帮助", "ajuda"})


@dataclass(frozen=True, slots=True)
class CommandsListener:
    """For one request. `taken` are the commands of the last REPLAY_SECONDS in this process."""

    endpoint: EndpointRequest
    clock: Clock
    taken: Claims
    asked: AskedElsewhere
    conversation: DirectConversation
    refusals: Refusals
    seen: SeenRequests

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received, parse = self.clock.epoch(), partial(parse_slash_command, clock=self.clock)
        try:
            command = read_signed(raw, headers, self.endpoint.settings.signing_secrets, parse)
        except RequestError as error:
            self.seen.refused(self.endpoint.id, error, headers)
            return refuse(error, self.endpoint.id, self.refusals)
        if command is None:  # Slack's look at the certificate
            return Ack(OK)
        self.seen.came(self.endpoint.id, self.endpoint.url)
        self.seen.command(self.endpoint.id, command.message.api_app_id)
        if self.taken.take(f"{self.endpoint.id}/{command.trigger_id}"):
            self._obey(command, received)
        return Ack(OK)

    def _obey(self, command: SlashCommand, received: float) -> None:
        message, url = command.message, command.response_url
        word, private = message.text.casefold(), private_question(message.text)
        if word in _HELP or private == "":
            self.asked.tell(message, url, Say.COMMAND_HELP, command=command.command)
        elif word in RESET_WORDS:
            self.asked.tell(message, url, self._reset(command))
        elif private is not None:
            self.asked.ask_privately(replace(message, text=private), url, received)
        else:
            self.asked.ask(message, url, received)

    def _reset(self, command: SlashCommand) -> Say:
        """Begin a new conversation in this direct message. Dify's storage needs the request, so this waits for it."""
        if not command.message.is_dm:
            return Say.RESET_ELSEWHERE
        with suppress(StoreError, SettingsError):
            self.conversation.reset(command.message)
            return Say.RESET_DONE
        return Say.UNEXPECTED


def private_question(text: str) -> str | None:
    """The question whose answer the member alone shall see; "" where the word stands alone, None for another text.

    Whatever separates the word from the question, the question must not be posted. An app's name stays in front.
    """
    found = _PRIVATE.fullmatch(text)
    if found is None:
        return None
    question = found["question"].strip()
    return f"{found['app'] or ''}{question}" if question else ""
