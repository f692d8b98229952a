"""Recordings as `/audio-to-text` takes them, and why one gave no text (docs/platform/dify-service-api.md#voice). Pure.

Dify looks at the content type alone, and knows other names than Slack. Slack's names may be those of another container
than what it serves (docs/platform/slack.md#voice-clips), so the first bytes say what a recording is.
"""

from collections.abc import Mapping

from errors import DifyError

_MP4_AT = slice(4, 8)
_HEADS: Mapping[bytes, str] = {b"ID3": "mp3", b"#!AMR": "amr"}
_WAVE_AT = slice(8, 12)
# Bits of the second byte of an MPEG audio frame, behind 0xFF. AAC frames have no layer.
_SYNC, _LAYER = 0xE0, 0x06

_REASONS: Mapping[str, str] = {
    "file_too_large": "file_too_large",
    "file_wrong_type": "file_wrong_type",
    "provider_credentials": "file_no_speech_model",
    "no_speech": "file_no_speech_model",
    "api_ReadTimeout": "file_speech_late",
}


def labelled(name: str, mimetype: str, content: bytes) -> tuple[str, str]:
    """Name and content type for Dify. What is none of the containers that it takes keeps its own, for Dify to judge."""
    ending = _container(content)
    if not ending:
        return name, mimetype
    stem = name.rpartition(".")[0] or name
    return f"{stem}.{ending}", f"audio/{ending}"


def reason_of(error: DifyError) -> str:
    """Why a recording gave no text: a key of `wording`."""
    return _REASONS.get(error.kind, "file_speech_failed")


def _container(content: bytes) -> str:
    if content[_MP4_AT] == b"ftyp":
        return "m4a"
    if content.startswith(b"RIFF") and content[_WAVE_AT] == b"WAVE":
        return "wav"
    second = content[1] if len(content) > 1 and content[0] == 0xFF else 0  # noqa: PLR2004 - see above
    if second & _SYNC == _SYNC and second & _LAYER:
        return "mp3"
    return next((ending for head, ending in _HEADS.items() if content.startswith(head)), "")
