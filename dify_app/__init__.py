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
from dify_app.coverage import Covered, FilledBy, coverage
from dify_app.files import FetchedFile, addresses, fetch_file, file_bases
from dify_app.form import AppCache, AppForm
from dify_app.stream import LONGEST_FENCE, RunOptions
from dify_app.uploads import FileCalls, FileSlot, OfferedFile, PlacedFile, upload
from dify_app.version import dify_version, is_broken

__all__ = [
    "LONGEST_FENCE",
    "AnswerEvent",
    "AppCache",
    "AppForm",
    "ConversationStarted",
    "Covered",
    "DifyApp",
    "Ended",
    "FetchedFile",
    "FileCalls",
    "FileProduced",
    "FileSlot",
    "FilesDropped",
    "FilledBy",
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
    "coverage",
    "dify_version",
    "fetch_file",
    "file_bases",
    "is_broken",
    "upload",
]
