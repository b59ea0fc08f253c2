"""What is in the files of a recording: pictures and sound, cut from the footage.

Loaded with the first file: a server has to be up before there is any.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mockrec.domain.channel import Medium
from mockrec.domain.streams import Container, Part, Slice, Track
from mockrec.domain.task import Mode, Postponed
from mockrec.render.audio import aac, mp3
from mockrec.render.mp4 import m4a, mp4
from mockrec.render.transport_stream import transport_stream, volume
from mockrec.render.webm import webm
from mockrec.storage.drawing import Drawing

if TYPE_CHECKING:
    from mockrec.domain.streams import Transcoded
    from mockrec.domain.task import Task
    from mockrec.render.footage import Footage
    from mockrec.storage.drawing import Content


def slice_of(footage: Footage, piece: Slice) -> Content:
    """A WebM slice, or the drawing of a transport stream: there are far more of those."""
    audio, video = piece.key.track is not Track.VIDEO, piece.key.track is not Track.AUDIO
    start, duration = piece.start - piece.opened, piece.end - piece.start
    if piece.container is Container.WEBM:
        return webm(footage, audio=audio, video=video, start=start, duration=duration)
    portrait = piece.picture is not None and piece.picture.height > piece.picture.width
    cut: dict[str, Any] = {
        "audio": audio,
        "video": video,
        "portrait": portrait,
        "start": start,
        "duration": duration,
    }
    return Drawing(volume(footage, **cut), partial(transport_stream, footage, **cut))


def part_of(footage: Footage, task: Task, part: Part) -> bytes:
    """An MP4 of a composite or web recording."""
    canvas = task.page or task.canvas
    return mp4(
        footage,
        audio=task.mode is Mode.WEB or Medium.AUDIO in task.media,
        video=task.mode is Mode.WEB or Medium.VIDEO in task.media,
        portrait=canvas.height > canvas.width,
        duration=part.media,
    )


def transcoded_of(footage: Footage, task: Task, file: Transcoded) -> bytes:
    """A file that was made afterwards, in the format that was asked for."""
    match task.postponed_format:
        case "mp3":
            return mp3(footage, duration=file.media)
        case "aac":
            return aac(footage, duration=file.media)
        case "m4a":
            return m4a(footage, duration=file.media)
    return mp4(
        footage,
        audio=Medium.AUDIO in task.media,
        video=Medium.VIDEO in task.media and task.postponed is not Postponed.MIXING,
        portrait=file.portrait,
        duration=file.media,
    )
