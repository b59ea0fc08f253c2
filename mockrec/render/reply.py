"""What stands on the wire: a status and a JSON object for an answer (docs/protocol.md#replies)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mockrec.domain.commands import Accepted, Acquired, Answer, Queried, Refused, Stopped, Stopping
from mockrec.domain.ids import video_id
from mockrec.domain.problems import Profile, Shape
from mockrec.domain.recording import Recording, Status
from mockrec.domain.streams import EVERYBODY, FileKind, RecordedFile, Track
from mockrec.domain.task import Mode
from mockrec.domain.values import dataclass
from mockrec.render.names import file_name, path

if TYPE_CHECKING:
    from mockrec.domain.task import Task

Body = dict[str, Any]

_ORDER: Final = {Track.AUDIO: 0, Track.VIDEO: 1, Track.BOTH: 2}
_WITH_TASK_IDS: Final = frozenset({Shape.WORKER, Shape.START})


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a body."""

    status: int
    body: Body


def reply(answer: Answer, profile: Profile) -> Reply:
    """The answer in the words of this edition of the service."""
    match answer:
        case Acquired(resource):
            ids = _who(resource.cname, resource.uid, profile)
            return Reply(200, {**ids, "resourceId": resource.id})
        case Accepted(task):
            return Reply(200, _ids(task, profile))
        case Queried(recording):
            return Reply(200, _response(recording, _query(recording, profile), profile))
        case Stopped(recording):
            where = "backuped" if recording.backup else "uploaded"
            body = _stop(recording, where, profile)
            return Reply(_status(recording, profile), _response(recording, body, profile))
        case Stopping(recording):
            body = _stop(recording, "unknown", profile)
            return Reply(200, _response(recording, body, profile))
        case Refused():
            return refusal(answer, profile)
    raise TypeError(f"{type(answer).__name__} is no answer for the wire")


def _status(recording: Recording, profile: Profile) -> int:
    """The older edition answers 206 where some files are in the backup only."""
    return 206 if recording.backup and profile is Profile.Y2020 else 200


def refusal(refused: Refused, profile: Profile) -> Reply:
    """A refusal in its shape: the gateway's message, or code, reason and the ids that are known."""
    wording = refused.problem.on(profile)
    if wording.shape is Shape.GATEWAY:
        return Reply(wording.status, {"message": wording.reason})
    body: Body = _who(refused.cname, refused.uid, profile)
    body["code"] = wording.code
    if wording.shape in _WITH_TASK_IDS:
        body["resourceId"] = refused.resource_id
        body["sid"] = "" if wording.shape is Shape.START else refused.sid
    if profile is Profile.Y2026 or wording.shape not in _WITH_TASK_IDS:
        body["reason"] = wording.reason
    return Reply(wording.status, body)


def _who(cname: str | None, uid: int | str | None, profile: Profile) -> Body:
    """Channel and uid, each where it is known; the older edition does not repeat them."""
    if profile is Profile.Y2020:
        return {}
    known = {"cname": cname, "uid": None if uid is None else str(uid)}
    return {name: text for name, text in known.items() if text is not None}


def _ids(task: Task, profile: Profile) -> Body:
    who = _who(task.cname, task.uid, profile)
    return {**who, "resourceId": task.resource_id, "sid": task.sid}


def _response(recording: Recording, server: Body, profile: Profile) -> Body:
    return {**_ids(recording.task, profile), "serverResponse": server}


def _query(recording: Recording, profile: Profile) -> Body:
    task = recording.task
    status: Body = {"status": int(recording.status)}
    if task.mode is Mode.WEB:
        return status | {"extensionServiceState": _web_services(recording, ended=False)}
    if task.vod:
        return _vod(recording)
    began = {"sliceStartTime": recording.began or 0}
    if task.snapshot_every is not None:
        return status | began
    return status | _files(recording, profile, ended=False) | began


def _stop(recording: Recording, uploading: str, profile: Profile) -> Body:
    task = recording.task
    if task.mode is Mode.WEB:
        upload = {"payload": {"uploadingStatus": uploading}, "serviceName": "upload_service"}
        return {"extensionServiceState": [_web_recorder(recording, ended=True), upload]}
    if task.vod:
        return _vod(recording)
    if task.snapshot_every is not None:
        return {"uploadingStatus": uploading}
    return _files(recording, profile, ended=True) | {"uploadingStatus": uploading}


def _files(recording: Recording, profile: Profile, *, ended: bool) -> Body:
    task = recording.task
    if task.mode is Mode.MIX and not task.mp4:
        names = [_key(recording, file) for file in recording.listed]
        return {"fileListMode": "string", "fileList": names[0] if names else ""}
    listed = _listed(recording, ended=ended)
    return {
        "fileListMode": "json",
        "fileList": [_entry(recording, file, profile) for file in listed],
    }


def _listed(recording: Recording, *, ended: bool) -> list[RecordedFile]:
    """Per user audio, video, both; MP4 files last, and only once all is over."""
    wanted = [file for file in recording.listed if ended or file.kind is not FileKind.MP4]
    return sorted(wanted, key=_place)


def _place(file: RecordedFile) -> tuple[bool, int, int, int]:
    return file.kind is FileKind.MP4, file.key.uid, _ORDER[file.key.track], file.index


def _entry(recording: Recording, file: RecordedFile, profile: Profile) -> Body:
    return {
        "filename" if profile is Profile.Y2020 else "fileName": _key(recording, file),
        "trackType": str(file.key.track),
        "uid": str(file.key.uid),
        "mixedAllUser": file.key.uid == EVERYBODY,
        "isPlayable": file.key.track is not Track.VIDEO or file.key.uid == EVERYBODY,
        "sliceStartTime": file.start,
    }


def _key(recording: Recording, file: RecordedFile) -> str:
    return path(file.prefix, file_name(recording.task, file))


def _web_services(recording: Recording, *, ended: bool) -> list[Body]:
    services = [_web_recorder(recording, ended=ended)]
    if recording.task.outputs is not None:
        outputs = [
            {"rtmpUrl": url, "status": str(state)}
            for url, state in sorted(recording.outputs.items())
        ]
        payload = {"outputs": outputs, "state": _state(recording, ended=ended)}
        services.append({"payload": payload, "serviceName": "rtmp_publish_service"})
    return services


def _web_recorder(recording: Recording, *, ended: bool) -> Body:
    files = [
        {"filename": file_name(recording.task, file), "sliceStartTime": file.start}
        for file in _listed(recording, ended=ended)
    ]
    payload = {
        "fileList": files,
        "onhold": recording.on_hold,
        "state": _state(recording, ended=ended),
    }
    return {"payload": payload, "serviceName": "web_recorder_service"}


def _state(recording: Recording, *, ended: bool) -> str:
    if ended or recording.ending:
        return "exit"
    return "inProgress" if recording.joined else "init"


def _vod(recording: Recording) -> Body:
    videos = [
        {
            "fileName": file_name(recording.task, file),
            "videoId": video_id(recording.task.sid, index),
        }
        for index, file in enumerate(recording.files)
    ]
    payload = {"state": "inProgress" if recording.heard else "idle", "videoInfo": videos}
    return {
        "extensionServiceState": [{"payload": payload, "serviceName": "aliyun_vod_service"}],
        "subServiceStatus": {"recordingService": _vod_service(recording)},
    }


def _vod_service(recording: Recording) -> str:
    if recording.exited:
        return "serviceCompleted"
    if recording.status < Status.STARTING:
        return "serviceIdle"
    if recording.status < Status.READY:
        return "serviceStarted"
    return "serviceInProgress" if recording.began is not None else "serviceReady"
