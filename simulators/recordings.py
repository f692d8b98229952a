"""Recordings of the simulated members: the head of a real container, and the words in it as text.

The simulated Slack keeps them, and the simulated model of Dify hears their words.
"""

HEADS = {
    "mp4": b"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00M4A mp42isom",
    "webm": b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm",
    "mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00",
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "amr": b"#!AMR\n",
    "ogg": b"OggS\x00\x02\x00\x00",
}
"""The first bytes of a file, by container."""
_WORDS = b"\x00said:"


def recording(words: str, container: str = "mp4", *, size: int = 0) -> bytes:
    """A recording of these words in a container of HEADS; silence after them makes it at least `size` bytes long."""
    said = HEADS[container] + _WORDS + words.encode() + b"\x00"
    return said.ljust(size, b"\x00")


def words_in(content: bytes) -> str:
    """What a model hears in a recording; nothing in other bytes."""
    return content.partition(_WORDS)[2].partition(b"\x00")[0].decode()
