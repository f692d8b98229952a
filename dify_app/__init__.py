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
from dify_app.files import FetchedFile, addresses, fetch_file, file_bases
from dify_app.form import AppCache, AppForm
from dify_app.stream import RunOptions
from dify_app.uploads import FileCalls, FileSlot, OfferedFile, PlacedFile, upload

__all__ = [
    "AnswerEvent",
    "AppCache",
    "AppForm",
    "ConversationStarted",
    "DifyApp",
    "Ended",
    "FetchedFile",
    "FileCalls",
    "FileProduced",
    "FileSlot",
    "FilesDropped",
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
    "upload",
]
