"""What a Dify app says: the call, its stream as answer events, its form, inputs, files and failures."""

from dify_app.answer import (
    AnswerEvent,
    ConversationStarted,
    Ended,
    FileProduced,
    FilesDropped,
    FormAction,
    FormInput,
    FormTaken,
    HumanForm,
    Paused,
    QuestionCut,
    RunStarted,
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
from dify_app.plugin_way import PluginWay
from dify_app.port import AppPort, Conversation, FollowedRun, FormAnswer, Via, WaitingForm
from dify_app.service_api import (
    ApiWay,
    BaseAddresses,
    FirstCalls,
    OpenForms,
    Rating,
    ServiceApi,
    base_addresses,
)
from dify_app.stream import RunOptions
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile
from dify_app.version import dify_version, is_broken
from dify_app.ways import ClosedWays, Ways

__all__ = [
    "AnswerEvent",
    "ApiWay",
    "AppCache",
    "AppForm",
    "AppPort",
    "BaseAddresses",
    "ClosedWays",
    "Conversation",
    "ConversationStarted",
    "Covered",
    "DifyApp",
    "Ended",
    "FetchedFile",
    "FileProduced",
    "FileSlot",
    "FilesDropped",
    "FilledBy",
    "FirstCalls",
    "FollowedRun",
    "FormAction",
    "FormAnswer",
    "FormInput",
    "FormTaken",
    "HumanForm",
    "OfferedFile",
    "OpenForms",
    "Paused",
    "PlacedFile",
    "PluginWay",
    "Question",
    "QuestionCut",
    "Rating",
    "RunOptions",
    "RunStarted",
    "ServiceApi",
    "Source",
    "Sources",
    "Step",
    "StepState",
    "TextDelta",
    "TextReplaced",
    "Thought",
    "Via",
    "WaitingForm",
    "Ways",
    "addresses",
    "base_addresses",
    "coverage",
    "dify_version",
    "fetch_file",
    "file_bases",
    "is_broken",
]
