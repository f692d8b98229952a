"""files.info and the two ends of an upload (docs/platform/slack.md#file-upload)."""

import mimetypes
from dataclasses import dataclass, field

from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json, Message
from simulators.slack.posting import standing, thread_of
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok

LARGEST_UPLOAD = 1_000_000_000  # 1 GB, "not re-verified" (docs/platform/slack.md#file-upload)


@dataclass(slots=True)
class StoredFile:
    """`variant` is how the files host serves it (files_host.py); `overrides` change the object in events."""

    id: str
    name: str
    mimetype: str
    data: bytes
    user: str
    title: str = ""
    variant: str = ""
    complete: bool = True
    overrides: Json = field(default_factory=dict)
    declared: int | None = None  # the size the object names; the body's when None
    stall: float = 30.0  # design seconds
    excess: int = 200_000_000  # bytes that `oversized` sends on top
    mp4: bytes = b""  # Slack's own MP4 of a recording (docs/platform/slack.md#voice-clips)

    def object(self, world: World) -> Json:
        """The file as files.info and history show it."""
        home = f"{world.url}/files-pri/{world.install.team_id}-{self.id}"
        whole = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2].lower(),
            "user": self.user,
            "size": len(self.data) if self.declared is None else self.declared,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "file_access": "visible",
            "url_private": f"{home}/{self.name}",
            "url_private_download": f"{home}/download/{self.name}",
        }
        if self.variant == "deleted":
            return {"id": self.id, "mode": "tombstone"}
        if self.mp4:
            whole |= self._sound(world)
        return {key: value for key, value in (whole | self.overrides).items() if value is not None}

    def _sound(self, world: World) -> Json:
        """What a recording has besides, and where Slack's MP4 of it is (docs/platform/slack.md#voice-clips)."""
        place = f"{world.url}/files-tmb/{world.install.team_id}-{self.id}-4be882953e"
        mp4 = f"{self.name.rpartition('.')[0]}_audio.mp4"
        found: Json = {
            "aac": f"{place}/{mp4}",
            "url_private": f"{place}/{mp4}",
            "duration_ms": 3177,
            "audio_wave_samples": [32, 18, 6, 4],
            "media_display_type": "audio",
            "transcription": {"status": "processing"},
        }
        if self.overrides.get("subtype") == "slack_audio":
            found["url_private_download"] = f"{place}/download/{mp4}"
        return found

    def in_event(self, world: World) -> Json:
        """The file as events carry it: Slack Connect gives a stub, files.info and history the rest.

        Source: docs/platform/slack.md#slack-connect-files.
        """
        if self.variant == "connect_stub":
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info"}
        return self.object(world)


def files_info(world: World, arguments: Arguments) -> Json:
    """files.info."""
    stored = world.files.get(arguments.need("file"))
    if stored is None or not stored.complete:
        raise Refused("file_not_found")
    if stored.variant == "deleted":
        raise Refused("file_deleted")
    return ok(file=stored.object(world))


def get_upload_url(world: World, arguments: Arguments) -> Json:
    """files.getUploadURLExternal."""
    name, size = arguments.need("filename"), arguments.number("length", 0)
    if not 0 < size <= LARGEST_UPLOAD:
        raise Refused("invalid_arguments" if size <= 0 else "file_upload_size_restricted")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    stored = StoredFile(
        world.next_id("F"), name, kind, b"", world.install.bot_user, complete=False, declared=size
    )
    world.files[stored.id] = stored
    return ok(upload_url=f"{world.url}/upload/v1/{stored.id}", file_id=stored.id)


def receive_upload(world: World, file_id: str, data: bytes) -> bool:
    """The bytes, posted to the upload URL; whether there is such an upload, of the announced length."""
    stored = world.files.get(file_id)
    if stored is None or stored.complete or len(data) != stored.declared:
        return False
    stored.data = data
    return True


def complete_upload(world: World, arguments: Arguments) -> Json:
    """files.completeUploadExternal; the message that shares the files is not named in the answer.

    Source: docs/platform/slack.md#file-upload.
    """
    wanted = arguments.structure("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments")
    chosen: list[StoredFile] = []
    for item in wanted:
        stored = world.files.get(str(item.get("id"))) if isinstance(item, dict) else None
        if stored is None or not stored.data:
            raise Refused("file_not_found")
        stored.title = str(item.get("title") or stored.name)
        chosen.append(stored)
    channel_id = arguments.text("channel_id") or arguments.text("channels").partition(",")[0]
    thread = thread_of(arguments, "invalid_thread_ts")
    channel = world.writable(channel_id) if channel_id else None
    thread = standing(channel, thread) if channel else ""
    for stored in chosen:
        stored.complete = True
    if channel is not None:
        bot = world.install
        comment = arguments.text("initial_comment")
        message = Message(channel.id, world.next_ts(), thread, bot.bot_user, bot.bot_id)
        message.log = [{"type": "text", "text": comment}] if comment else []
        message.files = [stored.object(world) for stored in chosen]
        world.add(message, "files.completeUploadExternal")
    return ok(files=[{"id": stored.id, "title": stored.title} for stored in chosen])
