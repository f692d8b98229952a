"""What the app is told: the author's words, the thread so far, the files."""

from turns.prompt.author import FACTS, Author
from turns.prompt.message_text import calling_text, message_text
from turns.prompt.named_app import with_app_name
from turns.prompt.prompt_builder import Prompt, PromptBuilder
from turns.prompt.readable import mentioned, readable
from turns.prompt.thread_excerpt import Raw, Visibility, is_before
from turns.prompt.thread_reading import ThreadReading
from turns.prompt.words import AGAIN_WORDS, RESET_WORDS, UNFOLLOW_WORDS, is_one_of, is_stop_word

__all__ = [
    "AGAIN_WORDS",
    "FACTS",
    "RESET_WORDS",
    "UNFOLLOW_WORDS",
    "Author",
    "Prompt",
    "PromptBuilder",
    "Raw",
    "ThreadReading",
    "Visibility",
    "calling_text",
    "is_before",
    "is_one_of",
    "is_stop_word",
    "mentioned",
    "message_text",
    "readable",
    "with_app_name",
]
