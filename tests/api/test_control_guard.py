"""The control plane is for this machine: other sites and strangers' names are refused."""

import pytest

from tests.api.service import APP_ID, EPOCH, Reply, Service, World, done, served, wrong

HEALTH = "/_mockrec/health"
HOSTS = "localhost, an IP address, a name without dots, or one given by --host-name"
RESET = f"/_mockrec/worlds/{APP_ID}"


async def asked(service: Service, headers: dict[str, str], path: str = HEALTH) -> Reply:
    """What a call with these headers is answered."""
    return await service.send("GET", path, headers=headers)


# --- the name that was looked up ---------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LOCALHOST",
        "app.localhost:8080",
        "127.0.0.1",
        "127.0.0.1:8080",
        "192.168.1.20:8080",
        "[::1]",
        "[::1]:8080",
        "[fe80::1]:8080",
        "mockrec",
        "mockrec:8080",
        "project_mockrec_1:8080",
        "localhost:9000",
        "host.docker.internal:9000",
        "host.containers.internal:9000",
        "ci-runner-7",
    ],
)
async def test_a_name_that_no_stranger_can_own_is_served(service: Service, host: str) -> None:
    assert done(await asked(service, {"Host": host}))["status"] == "ok"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1.nip.io:8080",
        "evil.example.",
        "1.2.3",
        "127.0.0.1.",
        "999.0.0.1",
        "[",
        "[::1",
        "[evil.example]",
        "localhost@evil.example",
        "localhost@evil",
        "evil@localhost",
        "evil.example/@localhost",
        "localhost/x",
        "localhost?x",
        "localhost#x",
        "localhost\\x",
        "docker.internal",
        "evildocker.internal",
        "host.docker.internal.evil.example",
        "mockrec.internal",
        "mockrec.local",
        "api.agora.io",
    ],
)
async def test_a_name_that_a_stranger_may_own_is_refused(service: Service, host: str) -> None:
    error, path, expected = wrong(await asked(service, {"Host": host}), 403)

    assert error.startswith("the control plane is not served under ")
    assert (path, expected) == ("Host", HOSTS)


async def test_the_names_that_it_is_given_are_its_own() -> None:
    async with served(hosts=frozenset({"mockrec.corp.example", "mockrec.proj_net"})) as service:
        assert (await asked(service, {"Host": "mockrec.corp.example:8080"})).status == 200
        assert (await asked(service, {"Host": "MOCKREC.PROJ_NET"})).status == 200
        assert (await asked(service, {"Host": "other.corp.example"})).status == 403
        assert (await asked(service, {"Host": "evil.mockrec.corp.example"})).status == 403


async def test_a_call_under_a_strangers_name_does_nothing(service: Service, world: World) -> None:
    await world.acquire()

    reply = await service.send("DELETE", RESET, headers={"Host": "evil.example"})

    wrong(reply, 403)
    assert (await world.get())["resources"] == 1


# --- the page that it comes from ---------------------------------------------------------------


@pytest.mark.parametrize("site", ["same-origin", "none"])
async def test_a_page_of_its_own_and_the_address_bar_may_call(service: Service, site: str) -> None:
    assert (await asked(service, {"Sec-Fetch-Site": site})).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "anything"])
async def test_a_page_of_another_site_may_not(service: Service, site: str) -> None:
    _, path, expected = wrong(await asked(service, {"Sec-Fetch-Site": site}), 403)

    assert (path, expected) == ("Sec-Fetch-Site", "same-origin or none")


async def test_its_own_origin_may_call(service: Service) -> None:
    assert (await asked(service, {"Origin": service.origin})).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:1",
        "http://127.0.0.1",
        "null",
        "",
        "http://[",
        "file://",
        "127.0.0.1",
    ],
)
async def test_another_origin_may_not(service: Service, origin: str) -> None:
    error, path, expected = wrong(await asked(service, {"Origin": origin}), 403)

    assert (error, path) == ("call from another origin", "Origin")
    assert f"http://{expected}" == service.origin


async def test_a_call_from_another_origin_does_nothing(service: Service, world: World) -> None:
    await world.acquire()

    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        wrong(await service.send("DELETE", RESET, headers=headers), 403)

    assert (await world.get())["resources"] == 1


async def test_no_other_origin_is_allowed_by_a_preflight(service: Service) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"}

    reply = await service.send("OPTIONS", RESET, headers=headers)

    assert reply.status == 404
    assert not [name for name in reply.headers if name.startswith("Access-Control-Allow-M")]


# --- files are for players ---------------------------------------------------------------------

FILE = f"/_mockrec/worlds/{APP_ID}/files/b/a.ts"


@pytest.fixture
def file(service: Service) -> str:
    """The address of a file."""
    service.realm().shelf.put("b", "a.ts", b"data", EPOCH)
    return FILE


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://player.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
async def test_a_page_of_another_site_may_play_a_file(
    service: Service, file: str, headers: dict[str, str]
) -> None:
    reply = await asked(service, {**headers, "Range": "bytes=0-1"}, file)

    assert (reply.status, reply.raw) == (206, b"da")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    exposed = reply.headers["Access-Control-Expose-Headers"]
    assert {"Content-Range", "Content-Length"} <= set(exposed.split(", "))


async def test_its_browser_asks_before_it_sends_a_range(service: Service, file: str) -> None:
    headers = {
        "Origin": "https://player.example",
        "Sec-Fetch-Site": "cross-site",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "range",
    }

    reply = await service.send("OPTIONS", file, headers=headers)

    assert (reply.status, reply.raw) == (204, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert reply.headers["Access-Control-Allow-Headers"] == "Range"


async def test_it_may_learn_that_a_file_is_not_there(service: Service) -> None:
    reply = await asked(service, {"Origin": "https://player.example"}, FILE)

    wrong(reply, 404)
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


async def test_but_it_may_not_list_them(service: Service) -> None:
    path = f"/_mockrec/worlds/{APP_ID}/files"

    wrong(await asked(service, {"Origin": "https://player.example"}, path), 403)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_nor_play_one_under_a_strangers_name(
    service: Service, file: str, method: str
) -> None:
    reply = await service.send(method, file, headers={"Host": "evil.example"})

    assert reply.status == 403


# --- the emulated service is open --------------------------------------------------------------


async def test_the_emulated_service_is_served_under_any_name_to_any_page(world: World) -> None:
    path = f"/v1/apps/{APP_ID}/cloud_recording/acquire"
    document = {"cname": "room", "uid": "1", "clientRequest": {}}
    headers = {
        "Authorization": world.authorization,
        "Host": "api.agora.io",
        "Origin": "https://app.example",
        "Sec-Fetch-Site": "cross-site",
    }

    reply = await world.service.send("POST", path, document, headers=headers)

    assert reply.status == 200
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


# --- what is asked for -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "parameter", "known"),
    [
        ("GET", f"{RESET}/journal?sinze=1", "sinze", "one of since, kind, limit"),
        ("GET", f"{RESET}/files?since=1", "since", "one of bucket, prefix"),
        ("GET", "/_mockrec/events?Last-Event-ID=1", "Last-Event-ID", "one of since"),
        ("PUT", f"{RESET}/scenario?sed=1", "sed", "one of seed"),
        ("GET", f"{RESET}?x", "x", "no query string"),
        ("DELETE", f"{RESET}?x=1", "x", "no query string"),
    ],
)
async def test_a_parameter_that_there_is_none_of_is_refused(
    service: Service, method: str, path: str, parameter: str, known: str
) -> None:
    error, place, expected = wrong(await service.send(method, path, data=b"scenario: x"))

    assert error == f"there is no parameter {parameter!r}"
    assert (place, expected) == (f"?{parameter}", known)


async def test_a_file_may_be_asked_for_with_whatever_a_player_adds(service: Service) -> None:
    wrong(await service.get(f"{RESET}/files/bucket/none.m3u8?_HLS_msn=1"), 404)
