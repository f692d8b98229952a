"""What a Dify app says: the call, its stream as answer events, its form, inputs, files and failures."""

from dify_app.answer import (
    AnswerEvent,
    ConversationStarted,
    Ended,
    FileProduced,
    FilesDropped,
    Paused,
    QuestionCut,
    Source,
    Sources,
    Step,
    StepState,
    TextDelta,
    TextReplaced,
    Thought,
)
from dify_app.app import DifyApp, Question
from dify_app.calls import new_kinds
from dify_app.files import FetchedFile, addresses, fetch_file, file_bases
from dify_app.form import AppForm, FormCache
from dify_app.stream import LONGEST_FENCE, RunOptions
from dify_app.uploads import FileCalls, FileSlot, OfferedFile, PlacedFile, upload

__all__ = [
    "LONGEST_FENCE",
    "AnswerEvent",
    "AppForm",
    "ConversationStarted",
    "DifyApp",
    "Ended",
    "FetchedFile",
    "FileCalls",
    "FileProduced",
    "FileSlot",
    "FilesDropped",
    "FormCache",
    "OfferedFile",
    "Paused",
    "PlacedFile",
    "Question",
    "QuestionCut",
    "RunOptions",
    "Source",
    "Sources",
    "Step",
    "StepState",
    "TextDelta",
    "TextReplaced",
    "Thought",
    "addresses",
    "fetch_file",
    "file_bases",
    "new_kinds",
    "upload",
]
