"""Both planes as one OpenAPI document, drawn from what is there: routes, schemas, problems.

Nothing is described twice. A call's summary is the docstring of what carries it out, its bodies are
the files of ``schemas/``, its refusals the rows of `mockrec.domain.problems`. What no other place
says stands in the tables here.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from mockrec import __version__, assets
from mockrec.api import emulated
from mockrec.api.components import components
from mockrec.api.control import (
    about,
    callbacks,
    channels,
    files,
    history,
    scenarios,
    stream,
    worlds,
)
from mockrec.api.control.asked import ASKED
from mockrec.api.control.guard import Handler
from mockrec.api.control.routes import CALLS, OPEN_CALLS
from mockrec.domain import commands
from mockrec.domain.problems import PROBLEMS, Profile, Shape
from mockrec.domain.task import Mode

Document = dict[str, Any]

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::[^}]*)?\}")
_ABOUT: Final = (
    "A local stand-in for the Agora Cloud Recording RESTful API: the service as its documents have"
    " it, and a control plane for whoever tests against it."
)
_TEXT: Final = {"type": "string"}

_TAGS: Final = {
    "service": "The emulated service.",
    "control": "The control plane, for the developer at this machine.",
}
_REGIONS: Final = {
    "url": "/{region}",
    "description": "The prefix that some clients put before the path.",
    "variables": {"region": {"default": "na", "enum": ["na", "eu", "ap", "cn"]}},
}
_HEADERS: Final = {
    "X-Request-Id": {"description": "The number of the request, in hex.", "schema": _TEXT},
    "X-Mockrec-Detail": {
        "description": "Where there is something to explain: where, what was got and expected.",
        "schema": _TEXT,
    },
}
_ERROR: Final = {
    "title": "A control call that cannot be carried out",
    "type": "object",
    "properties": {
        "error": {"description": "What was got, or what is wrong.", "type": "string"},
        "path": {"description": "Where: a JSON pointer, a name, or empty.", "type": "string"},
        "expected": {"description": "What would do.", "type": "string"},
    },
    "required": ["error", "path", "expected"],
    "additionalProperties": False,
}
_PATH: Final = {
    "appid": ("The App ID: 32 lower-case hex digits, or one that was registered.", _TEXT),
    "resourceid": ("The resource ID of an acquire.", _TEXT),
    "sid": ("The recording ID of a start.", _TEXT),
    "cname": ("The channel name.", _TEXT),
    "uid": ("The user.", {"type": "integer", "minimum": 1, "maximum": 2**32 - 1}),
    "bucket": ("The bucket.", _TEXT),
    "noticeid": ("The notification, by its id.", _TEXT),
    "key": ("The object's key; its slashes need no encoding.", _TEXT),
}

# What cannot be drawn from anywhere: the bodies and the media of control calls.
_WRITTEN: Final = ("application/json", "application/yaml")
"""How a scenario may be written."""
_TAKEN: Final[dict[Handler, str]] = {
    callbacks.set_callback: "control.callback",
    channels.join: "control.user",
    history.wait: "control.await",
    scenarios.put_on: "scenario",
    scenarios.verdicts: "control.verdicts",
    worlds.advance: "control.advance",
    worlds.set_clock: "control.clock",
    worlds.set_settings: "control.settings",
}
_OPTIONAL: Final = (channels.join,)
"""Those whose body may be left out."""
_GIVEN: Final[dict[Handler, str]] = {
    about.metrics: "text/plain",
    stream.events: "text/event-stream",
    files.file: "*/*",
}

# The emulated calls: whose docstring tells of them, how their schemas and replies are named.
_COMMAND: Final[dict[str, type]] = {
    "acquire": commands.Acquire,
    "start": commands.Start,
    "query": commands.Query,
    "update": commands.Update,
    "updateLayout": commands.UpdateLayout,
    "stop": commands.Stop,
}
_REPLY: Final = {"acquire": "acquired", "query": "query", "stop": "stop"}
_MODES: Final = {"updateLayout": [Mode.MIX]}


def description() -> Document:
    """The OpenAPI 3.1 document of everything that is served."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockrec",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": {**_service(), **_control()},
        "components": {
            "schemas": {**components(), "error": _ERROR},
            "headers": _HEADERS,
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
        },
    }


# --- the emulated service ----------------------------------------------------------------------


def _service() -> Document:
    paths: Document = {}
    for operation, method, path in emulated.OPERATIONS:
        item: Document = {"servers": [{"url": "/"}, _REGIONS]}
        item[method.lower()] = _operation(operation, path)
        paths[_plain(path)] = item
    return paths | {path: {"get": _addresses(path)} for path in emulated.ADDRESSES}


def _operation(operation: str, path: str) -> Document:
    replies = _named("replies", _REPLY.get(operation, "started"))
    told: Document = {
        "operationId": operation,
        "tags": ["service"],
        "summary": _summary(_COMMAND[operation]),
        "security": [{"basic": []}],
        "parameters": _parameters(path, _MODES.get(operation, list(Mode))),
        "responses": {"200": _said("Done, or under way.", replies), **_refusals(operation)},
    }
    if operation != "query":
        told["requestBody"] = _body(_requests(operation))
    return told


def _addresses(path: str) -> Document:
    version = path.split("/")[1]
    return {
        "operationId": f"addresses_{version}",
        "tags": ["service"],
        "summary": _summary(emulated.addresses),
        "security": [{"basic": []}],
        "responses": {
            "200": _said("The addresses.", ["replies.ncs_ip"]),
            "401": _said("Unauthorized.", ["replies.refusal.gateway"]),
        },
    }


def _requests(operation: str) -> list[str]:
    """The schemas of an operation's body: one, or one a mode."""
    stem = re.sub(r"(?=[A-Z])", "_", operation).lower()
    return [name for name in assets.schema_names() if name == stem or name.startswith(f"{stem}.")]


def _named(file: str, stem: str) -> list[str]:
    """The definitions of a schema file whose names begin with this word."""
    names = json.loads(assets.schema(file))["$defs"]
    return [f"{file}.{name}" for name in names if name == stem or name.startswith(f"{stem}.")]


def _refusals(operation: str) -> Document:
    """By status, in which words an operation can be refused."""
    shapes = {Shape.GATEWAY, Shape.FRONT}
    if operation != "acquire":
        shapes |= {Shape.WORKER, Shape.START} if operation == "start" else {Shape.WORKER}
    words: defaultdict[int, list[str]] = defaultdict(list)
    schemas: defaultdict[int, list[str]] = defaultdict(list)
    for wording in (problem.on(profile) for problem in PROBLEMS.values() for profile in Profile):
        if wording.shape in shapes:
            code = "" if wording.code is None else f"{wording.code} "
            speaker = "gateway" if wording.shape is Shape.GATEWAY else "service"
            words[wording.status].append(code + wording.reason)
            schemas[wording.status].append(f"replies.refusal.{speaker}")
    return {
        str(status): _said("; ".join(_once(words[status])), _once(schemas[status]))
        for status in sorted(words)
    }


def _said(text: str, schemas: list[str]) -> Document:
    """A response of the emulated service."""
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    return {"description": text, "headers": headers, **_json(schemas)}


# --- the control plane -------------------------------------------------------------------------


def _control() -> Document:
    paths: defaultdict[str, Document] = defaultdict(dict)
    for method, path, handler in [*CALLS, *OPEN_CALLS]:
        paths[_plain(path)][method.lower()] = _call(path, handler)
    return dict(paths)


def _call(path: str, handler: Handler) -> Document:
    asked = [{"in": "query", **one} for one in ASKED.get(handler, ())]
    told: Document = {
        "operationId": getattr(handler, "__name__", ""),
        "tags": ["control"],
        "summary": _summary(handler),
        "parameters": _parameters(path) + asked,
        "responses": _answers(handler),
    }
    if handler in _TAKEN:
        told["requestBody"] = _body([_TAKEN[handler]], required=handler not in _OPTIONAL)
    if handler is scenarios.put_on:
        (content,) = told["requestBody"]["content"].values()
        told["requestBody"]["content"] = dict.fromkeys(_WRITTEN, content)
    return told


def _answers(handler: Handler) -> Document:
    refused = {"description": "It cannot be carried out.", **_json(["error"])}
    if handler is files.may_read:
        return {"204": {"description": "It may."}, "default": refused}
    given = _GIVEN.get(handler, "application/json")
    done: Document = {"200": {"description": "Done.", "content": {given: {}}}}
    if handler is files.file:
        done["206"] = {"description": "A range of it.", "content": {given: {}}}
        done["416"] = {"description": "The file ends before the range begins."}
    return {**done, "default": refused}


# --- what both have in common ------------------------------------------------------------------


def _plain(path: str) -> str:
    """A path without the patterns of its placeholders."""
    return _PLACEHOLDER.sub(r"{\1}", path)


def _parameters(path: str, modes: Iterable[Mode] = ()) -> list[Document]:
    mode = ("The recording mode.", {"enum": [str(mode) for mode in modes]})
    known = {**_PATH, "mode": mode}
    return [
        {"name": name, "in": "path", "required": True, "description": text, "schema": schema}
        for name in _PLACEHOLDER.findall(path)
        for text, schema in [known[name]]
    ]


def _summary(told: object) -> str:
    return (told.__doc__ or "").partition("\n")[0]


def _body(schemas: list[str], *, required: bool = True) -> Document:
    return {"required": required, **_json(schemas)}


def _json(schemas: list[str]) -> Document:
    """JSON of one of these schemas; bodies that say little fit those of several modes."""
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"content": {"application/json": {"schema": schema}}}


def _once(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
