"""The description of both planes: valid, complete, and true of what is said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mockrec import assets
from mockrec.api.openapi import description
from mockrec.domain.problems import PROBLEMS, Profile
from tests.api.service import Reply, Service, Session, World, done

BODIES: Final = Path(__file__).parents[1] / "contract" / "bodies" / "accepted"
ACCEPTED: Final = sorted(BODIES.glob("*.json"))

document: Final = cache(description)


def operations() -> Iterator[tuple[str, str, Any]]:
    """Every operation with its method and path."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method != "servers":
                yield method.upper(), path, operation


def operation(name: str) -> Any:
    """The operation of this id."""
    return next(each for _, _, each in operations() if each["operationId"] == name)


def judge(schema: dict[str, Any]) -> Draft202012Validator:
    """Holds documents against a schema of the description, whose references begin at its root."""
    return Draft202012Validator({**schema, "components": document()["components"]})


def schema_of(part: Any) -> Any:
    """The schema of a body or a response."""
    return part["content"]["application/json"]["schema"]


def nodes(node: object) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(node, dict):
        yield node
    for inner in (
        node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    ):
        yield from nodes(inner)


# --- valid -------------------------------------------------------------------------------------


def test_it_is_a_valid_openapi_document() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_it_can_be_sent() -> None:
    assert json.loads(json.dumps(document())) == document()


def test_every_component_is_a_valid_schema() -> None:
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    references = {node["$ref"] for node in nodes(document()) if isinstance(node.get("$ref"), str)}

    assert references
    for reference in references:
        node = document()
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_none_of_our_own_keywords_is_left() -> None:
    schemas = document()["components"]["schemas"]
    keys = {key for node in nodes(schemas) for key in node}

    assert not {key for key in keys if key.startswith(("x-", "$id", "$schema", "$defs"))}


# --- complete ----------------------------------------------------------------------------------


def test_every_route_is_described_and_nothing_else(service: Service) -> None:
    assert service.client.app is not None
    served = {
        (route.method, re.sub(r"^/\{region\}", "", route.resource.canonical))
        for route in service.client.app.router.routes()
        if route.resource is not None and route.method not in {"HEAD", "*"}
    }

    assert {(method, path) for method, path, _ in operations()} == served


def test_every_operation_has_a_name_of_its_own_and_a_summary() -> None:
    names = [each["operationId"] for _, _, each in operations()]

    assert len(set(names)) == len(names)
    assert all(each["summary"].endswith(".") for _, _, each in operations())


def test_every_placeholder_is_a_parameter_with_a_description() -> None:
    for _, path, each in operations():
        named = [one["name"] for one in each.get("parameters", ()) if one["in"] == "path"]
        assert named == re.findall(r"\{(\w+)\}", path)
        assert all(one["description"] for one in each.get("parameters", ()))


def test_every_schema_file_is_there() -> None:
    components = document()["components"]["schemas"]

    for name in assets.schema_names():
        assert [key for key in components if key == name or key.startswith(f"{name}.")], name


def test_every_body_has_its_schema() -> None:
    others = {"common", "notification", "replies"}
    bodies = {name for name in assets.schema_names() if name not in others}
    used = {
        node["$ref"].rpartition("/")[2]
        for _, _, each in operations()
        for node in nodes(each.get("requestBody"))
        if "$ref" in node
    }

    assert used == bodies


def test_only_a_user_may_come_in_without_a_body() -> None:
    bodies = {each["operationId"]: each.get("requestBody") for _, _, each in operations()}

    assert [name for name, body in bodies.items() if body and not body["required"]] == ["join"]


def test_every_refusal_has_its_status_and_its_words() -> None:
    service = [each for _, _, each in operations() if each["tags"] == ["service"]]

    for problem in PROBLEMS.values():
        for wording in map(problem.on, Profile):
            said = [each["responses"].get(str(wording.status)) for each in service]
            assert any(one and wording.reason in one["description"] for one in said), problem.name


def test_only_the_service_asks_for_credentials() -> None:
    for _, path, each in operations():
        assert ("security" in each) == (not path.startswith("/_mockrec"))
    assert operation("acquire")["security"] == [{"basic": []}]


def test_a_layout_is_a_matter_of_mix_alone() -> None:
    modes = {
        name: next(one for one in operation(name)["parameters"] if one["name"] == "mode")["schema"]
        for name in ("start", "updateLayout")
    }

    assert modes["start"]["enum"] == ["individual", "mix", "web"]
    assert modes["updateLayout"]["enum"] == ["mix"]


# --- true --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_body_that_is_accepted_is_so_described(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))

    described = schema_of(operation(case["operation"])["requestBody"])

    assert list(judge(described).iter_errors(case["body"])) == []


def described(name: str, reply: Reply, status: int) -> bool:
    """Whether a reply has this status, and is what the description says of it."""
    assert reply.status == status, reply.raw
    schema = schema_of(operation(name)["responses"][str(status)])
    return list(judge(schema).iter_errors(reply.body)) == []


@pytest.mark.parametrize("profile", ["2026", "2020"])
@pytest.mark.parametrize("mode", ["individual", "mix"])
async def test_what_is_answered_is_so_described(world: World, mode: str, profile: str) -> None:
    await world.put("/settings", profile=profile)
    acquired = await world.acquire()
    resource = done(acquired)["resourceId"]
    started = await world.start(resource, mode)
    session = Session(resource, done(started)["sid"], mode, "room", "527841")
    again = await world.start(resource, mode)
    await world.advance("40s")
    queried = await world.query(session)
    updated = await world.update(
        session, streamSubscribe={"audioUidList": {"subscribeAudioUids": ["1"]}}
    )
    stopped = await world.stop(session)
    late = await world.query(session)

    assert described("acquire", acquired, 200)
    assert described("start", started, 200)
    assert described("start", again, 201)
    assert described("query", queried, 200)
    assert described("update", updated, 200)
    assert described("stop", stopped, 200)
    assert described("query", late, 404)


async def test_a_web_recording_is_answered_as_described(world: World) -> None:
    session = await world.record("web")
    await world.advance("40s")

    assert described("query", await world.query(session), 200)
    assert described("stop", await world.stop(session), 200)


async def test_a_refusal_is_what_is_described(world: World) -> None:
    assert described("acquire", await world.acquire(uid="0"), 400)
    world.authorization = "Bearer"
    assert described("acquire", await world.acquire(), 401)


async def test_an_error_of_the_control_plane_is_what_is_described(world: World) -> None:
    reply = await world.control("PUT", "/clock", {"mode": "fast"})

    schema = schema_of(operation("set_clock")["responses"]["default"])
    assert reply.status == 400
    assert list(judge(schema).iter_errors(reply.body)) == []


async def test_the_addresses_are_what_is_described(service: Service, world: World) -> None:
    for version in ("v1", "v2"):
        reply = await service.get(f"/{version}/ncs/ip", Authorization=world.authorization)
        assert described(f"addresses_{version}", reply, 200)
