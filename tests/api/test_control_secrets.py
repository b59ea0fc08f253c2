"""No secret that is sent in, however it is spelt and whatever goes wrong, is ever seen again."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, Final

import pytest

from mockrec.domain.delivery import Posted
from mockrec.domain.notices import SnapshotUploaded
from mockrec.domain.streams import Snapshot
from mockrec.domain.task import Mode, Storage, Task
from mockrec.render.ledger import happening
from mockrec.settings import Settings
from tests.api.eavesdropper import HUSH, Eavesdropper
from tests.api.service import APP_ID, PAGE, STORAGE, Reply, Service, World, basic

FIELDS: Final = {
    "accessKey": "accesskey AccessKey ACCESSKEY access_key access-key acessKey accesKy accessKeys",
    "secretKey": "secretkey SecretKey SECRETKEY secret_key secret-key secertKey secretKy",
    "stsToken": "ststoken STSToken sts_token stsTokn sessionToken securityToken",
    "token": "Token TOKEN tokne tokn token_ rtcToken",
    "secret": "Secret SECRET secert sekret secrets",
    "salt": "Salt SALT slat salt_ kdfSalt",
}
SPELLINGS: Final = [
    (name, spelling) for name, others in FIELDS.items() for spelling in (name, *others.split())
]

SECRETIVE: Final = {
    **STORAGE,
    "accessKey": "hush-ak",
    "secretKey": "hush-sk",
    "stsToken": "hush-st",
}
ENCRYPTED: Final = {
    "decryptionMode": 7,
    "secret": "hush-secret",
    "salt": base64.b64encode(b"hush" * 8).decode(),
}
ORDER: Final[dict[str, Any]] = {
    "token": "hush-token",
    "recordingConfig": ENCRYPTED,
    "storageConfig": {**SECRETIVE, "stsExpiration": 1_900_000_000},
}


@pytest.fixture
def world(service: Service) -> World:
    """A world whose customer has a secret too."""
    one = service.world()
    one.authorization = basic("hush-customer", "hush-certificate")
    return one


@pytest.fixture
def eavesdropper(service: Service, caplog: pytest.LogCaptureFixture) -> Eavesdropper:
    return Eavesdropper(service, caplog)


async def posted(world: World, operation: str, request: object) -> Reply:
    """A call with this clientRequest."""
    body = {"cname": "room", "uid": "527841", "clientRequest": request}
    data = json.dumps(body).encode()
    path = "acquire"
    if operation == "start":
        resource = (await world.acquire()).body["resourceId"]
        path = f"resourceid/{resource}/mode/individual/start"
    return await world.call("POST", path, data=data)


# --- where they belong -------------------------------------------------------------------------


async def test_a_whole_session_gives_no_secret_away(
    world: World, eavesdropper: Eavesdropper
) -> None:
    await world.put("/settings", credentials=["hush-customer:hush-certificate"])
    session = await world.record(**ORDER)
    await world.advance("20s")
    replies = [
        await world.acquire("announced", startParameter=ORDER),
        await world.query(session),
        await world.update(session, storageConfig={**SECRETIVE, "accessKey": "hush-new"}),
        await world.stop(session),
    ]
    await world.put("/settings", credentials=["customer:hush"])

    assert [reply.status for reply in replies] == [200] * 4
    assert await eavesdropper.leaks(*replies) == []


async def test_the_journal_shows_that_there_were_some(world: World) -> None:
    await world.record(**ORDER)

    request = (await world.journal("kind=request"))[-1]["body"]["clientRequest"]

    assert request["token"] == "***"
    assert request["recordingConfig"] == ENCRYPTED | {"secret": "***", "salt": "***"}
    assert request["storageConfig"]["bucket"] == "bucket"
    for name in ("accessKey", "secretKey", "stsToken"):
        assert request["storageConfig"][name] == "***"


async def test_what_is_no_secret_is_shown(world: World) -> None:
    await world.acquire("token-room:5", region="EU", excludeResourceIds=[])

    body = (await world.journal())[0]["body"]

    assert body == {
        "cname": "token-room:5",
        "uid": "527841",
        "clientRequest": {"region": "EU", "excludeResourceIds": []},
    }


# --- misspelt, mistyped, misplaced -------------------------------------------------------------


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("name", "spelling"), SPELLINGS)
async def test_however_it_is_spelt_it_is_hidden(
    world: World,
    eavesdropper: Eavesdropper,
    name: str,
    spelling: str,
    strict: bool,
) -> None:
    await world.put("/settings", strict=strict)
    config = {key: value for key, value in SECRETIVE.items() if key != name}

    replies = [
        await posted(world, "start", {"storageConfig": {**config, spelling: "hush-1"}}),
        await posted(world, "start", {"recordingConfig": {spelling: "hush-2"}, spelling: "hush-3"}),
        await posted(
            world, "acquire", {spelling: "hush-4", "startParameter": {spelling: "hush-5"}}
        ),
        await world.call("POST", "acquire", {spelling: "hush-6"}),
    ]

    assert await eavesdropper.leaks(*replies) == []


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value",
    [
        ["hush-1", "hush-2"],
        {"value": "hush-1", "hush-2": {"inner": ["hush-3"]}},
        [{"hush": 1}],
        "hush" * 20_000,
        "hush\nhush",
    ],
    ids=["a list", "an object", "a list of objects", "a long text", "two lines"],
)
async def test_whatever_it_is_it_is_hidden(
    world: World,
    eavesdropper: Eavesdropper,
    name: str,
    value: object,
) -> None:
    request: dict[str, Any] = {
        "storageConfig": {**SECRETIVE, name: value},
        "recordingConfig": {**ENCRYPTED, name: value},
        name: value,
    }

    reply = await posted(world, "start", request)

    assert await eavesdropper.leaks(reply) == []


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(json.dumps(ORDER), id="all of it"),
        pytest.param({"storageConfig": json.dumps(SECRETIVE)}, id="the storage"),
        pytest.param({"storageConfig": [json.dumps(SECRETIVE)]}, id="in a list"),
        pytest.param({"recordingConfig": json.dumps(json.dumps(ENCRYPTED))}, id="in a text"),
        pytest.param({"storageConfig": "secretKey=hush; accessKey = hush"}, id="as assignments"),
        pytest.param([ORDER], id="in a list itself"),
    ],
)
@pytest.mark.parametrize("operation", ["acquire", "start"])
async def test_json_inside_of_json_is_hidden_where_it_has_secrets(
    world: World,
    eavesdropper: Eavesdropper,
    operation: str,
    request_: object,
) -> None:
    reply = await posted(world, operation, request_)

    assert await eavesdropper.leaks(reply) == []


# --- what cannot be read -----------------------------------------------------------------------

WHOLE: Final = json.dumps(
    {"cname": "room", "uid": "1", "clientRequest": ORDER}, separators=(",", ":")
).encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WHOLE[:-1], id="cut short"),
        pytest.param(WHOLE[: WHOLE.index(b"hush-token") + 4], id="cut within a secret"),
        pytest.param(WHOLE + b"}", id="one brace more"),
        pytest.param(WHOLE.replace(b'"hush-sk"', b"hush-sk"), id="a secret without quotes"),
        pytest.param(WHOLE.replace(b"hush-sk", b"hush-\xff"), id="no UTF-8"),
        pytest.param(WHOLE.replace(b'"secretKey"', b'"accessKey"'), id="a key twice"),
        pytest.param(WHOLE.replace(b'{"cname"', b'{"accessKey":"hush","cname"'), id="on top"),
        pytest.param(b'"' + WHOLE.replace(b'"', b'\\"') + b'"', id="as a text"),
        pytest.param(b'["accessKey","hush"', id="something else"),
        pytest.param(b'{"accessKey":' * 100 + b'"hush"' + b"}" * 100, id="too deep"),
        pytest.param(b'{"accessKey":"' + b"hush" * 300_000 + b'"}', id="too large"),
        pytest.param(b"accessKey=hush&secretKey=hush", id="a form"),
    ],
)
async def test_a_body_that_cannot_be_read_is_not_shown(
    world: World, eavesdropper: Eavesdropper, data: bytes
) -> None:
    reply = await world.call("POST", "acquire", data=data)

    assert await eavesdropper.leaks(reply) == []


# --- credentials -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        basic("hush-customer", "hush-certificate"),
        basic("hush-customer", "hush-certificate").lower(),
        basic("hush-customer", ""),
        "Bearer hush-token",
        "Basic hush-customer:hush-certificate",
        "Basic " + base64.b64encode(b"hush-customer").decode(),
        "hush",
        "Digest username=hush, response=hush",
    ],
)
@pytest.mark.parametrize("credentials", [[], ["hush-other:hush-secret"]])
async def test_an_authorization_is_not_shown(
    world: World,
    eavesdropper: Eavesdropper,
    authorization: str,
    credentials: list[str],
) -> None:
    await world.put("/settings", credentials=credentials)
    world.authorization = authorization
    reply = await world.acquire()
    await world.put("/settings", credentials=[])

    assert await eavesdropper.leaks(reply) == []


async def test_credentials_are_set_and_their_secret_is_never_shown(
    world: World, eavesdropper: Eavesdropper
) -> None:
    reply = await world.control("PUT", "/settings", {"credentials": ["one:hush-1", "two:hush-2"]})

    assert reply.body["credentials"] == ["one:***", "two:***"]
    assert await eavesdropper.leaks(reply) == []


def test_settings_do_not_show_their_secrets() -> None:
    settings = Settings(credentials=(("id", "hush-1"),), callback_secret="hush-2")

    assert HUSH not in repr(settings)
    assert HUSH not in str(settings)


async def test_the_secret_of_the_callback_is_shown_to_its_keeper_only(
    world: World, eavesdropper: Eavesdropper
) -> None:
    closed = "http://127.0.0.1:9"  # nobody listens there
    await world.put("/callback", url=closed, secret="hush-callback", retry=[])
    await world.record()
    await world.advance("5s")

    assert await eavesdropper.leaks() == []


def test_an_event_inside_of_an_event_does_not_show_its_storage() -> None:
    storage = Storage(1, 0, "bucket", "hush-ak", "hush-sk", sts_token="hush-st")
    task = Task(APP_ID, "0" * 32, "", 0, "room", 1, Mode.INDIVIDUAL, 0, storage=storage)
    taken = SnapshotUploaded(at=0, sequence=0, snapshot=Snapshot(1, 0, False), storage=storage)

    told = json.dumps(happening(task, Posted(at=0, id="", attempt=1, notice=taken)))

    assert "bucket" in told
    assert HUSH not in told


async def test_who_awaits_a_secret_learns_nothing_by_it(world: World) -> None:
    await world.record(**ORDER)
    match = {"body": {"clientRequest": {"token": "hush-token"}}}

    reply = await world.control("POST", "/journal/await", {"match": match, "timeout": "0s"})

    assert reply.status == 408


async def test_a_task_that_fails_does_not_show_the_request(
    service: Service, eavesdropper: Eavesdropper
) -> None:
    """The header of a request that breaks off in the middle is in no log either."""
    host, port = service.client.host, service.client.port
    _, writer = await asyncio.open_connection(host, port)
    head = f"POST /v1/apps/{APP_ID}/cloud_recording/acquire HTTP/1.1\r\nHost: x\r\n"
    head += f"Authorization: {basic('hush-customer', 'hush')}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b'{"token": "hush')
    await writer.drain()
    await service.world().get()
    writer.close()
    await writer.wait_closed()

    assert await eavesdropper.leaks() == []


# --- in addresses ------------------------------------------------------------------------------


async def test_an_address_gives_neither_user_nor_stream_away(
    world: World, eavesdropper: Eavesdropper
) -> None:
    endpoint = {"extensionParams": {"endpoint": "https://hush:hush@store.example/x"}, "vendor": 11}
    pushing = {
        "serviceName": "rtmp_publish_service",
        "serviceParam": {"outputs": [{"rtmpUrl": "rtmp://live.example/app/hush"}]},
    }
    services: dict[str, Any] = {"extensionServiceConfig": {"extensionServices": [PAGE, pushing]}}
    refused = await posted(world, "start", {"storageConfig": {**STORAGE, "vendor": "ftp://hush@x"}})
    session = await world.record("web", **services, storageConfig={**STORAGE, **endpoint})
    await world.advance("20s")
    await world.query(session)
    entries = json.dumps(await world.journal())

    leaks = await eavesdropper.leaks(refused)
    assert [where for where in leaks if not where.startswith("repr")] == []
    assert "https://***@store.example/x" in entries
    assert "rtmp://live.example/***" in entries
