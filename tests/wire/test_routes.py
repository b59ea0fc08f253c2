"""Which paths and methods there are: each with every prefix, and nothing beside them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.wire.line import GOOD, STORAGE, App, Line, Recording, envelope

NO_ROUTE = (404, {"message": "no Route matched with those values"})
NO_WORKER = (404, 404, "failed to find worker")
PREFIXES = ["", "/na", "/eu", "/ap", "/cn"]
APP_ID = "0123456789abcdef0123456789abcdef"
BASE = f"/v1/apps/{APP_ID}/cloud_recording"
SESSION = f"{BASE}/resourceid/r/sid/s/mode/mix"
ENDPOINTS = [
    ("POST", f"{BASE}/acquire"),
    ("POST", f"{BASE}/resourceid/r/mode/mix/start"),
    ("GET", f"{SESSION}/query"),
    ("POST", f"{SESSION}/update"),
    ("POST", f"{SESSION}/updateLayout"),
    ("POST", f"{SESSION}/stop"),
    ("GET", "/v1/ncs/ip"),
    ("GET", "/v2/ncs/ip"),
]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"]
ADDRESSES = {
    "data": {"service": {"hosts": [{"primaryIP": "203.0.113.11"}, {"primaryIP": "203.0.113.12"}]}}
}

every_endpoint = pytest.mark.parametrize(
    ("method", "path"), ENDPOINTS, ids=[path.rpartition("/")[2] for _, path in ENDPOINTS]
)


# --- what there is -----------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_call_is_served_with_every_prefix(app: App, prefix: str) -> None:
    app.base = prefix + app.base

    recording = app.record("mix")
    app.advance("40s")
    answers = [recording.call(verb) for verb in ("query", "update", "updateLayout", "stop")]

    assert [answer.status for answer in answers] == [200, 200, 200, 200]


def test_a_prefix_is_no_other_world(app: App) -> None:
    recording = app.record("mix")

    app.base = f"/eu{app.base}"

    assert recording.query().server["status"] == 1


@pytest.mark.parametrize("path", ["/v1/ncs/ip", "/v2/ncs/ip"])
def test_both_paths_tell_the_addresses_of_notifications(line: Line, path: str) -> None:
    assert line.say("GET", path).said == (200, ADDRESSES)


@pytest.mark.parametrize("prefix", PREFIXES[1:])
def test_the_addresses_are_told_with_every_prefix(line: Line, prefix: str) -> None:
    assert line.say("GET", f"{prefix}/v1/ncs/ip").said == (200, ADDRESSES)


def test_the_addresses_are_told_to_nobody_without_credentials(line: Line) -> None:
    answer = line.say("GET", "/v1/ncs/ip", credentials=None)

    assert answer.said == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("query", ["?", "?a=1&b", "?cname=other", "?%00"])
def test_a_query_string_means_nothing(app: App, query: str) -> None:
    recording = app.record("mix")

    answer = app.line.say("GET", f"{recording.path}/query{query}")

    assert answer.server["status"] == 1


def test_ids_may_be_percent_encoded(app: App) -> None:
    recording = app.record("mix")
    encoded = "".join(f"%{ord(letter):02x}" for letter in recording.resource)

    path = recording.path.replace(recording.resource, encoded)

    assert app.line.say("GET", f"{path}/query").body["resourceId"] == recording.resource


def test_a_proxy_may_send_the_whole_url(app: App) -> None:
    url = f"http://api.agora.io{app.base}/acquire"

    assert app.line.say("POST", url, envelope({})).status == 200


# --- what there is not -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "other"),
    [(path, other) for method, path in ENDPOINTS for other in METHODS if other != method],
)
def test_another_method_has_no_route(line: Line, path: str, other: str) -> None:
    answer = line.say(other, path)

    assert answer.said == NO_ROUTE
    assert "Allow" not in answer.headers


def test_head_has_no_route_either(app: App) -> None:
    recording = app.record("mix")

    paths = [f"{recording.path}/query", "/v1/ncs/ip", "/v2/ncs/ip"]

    assert [app.line.say("HEAD", path).status for path in paths] == [404, 404, 404]


def test_head_of_no_path_is_an_answer_without_a_body(line: Line) -> None:
    answer = line.say("HEAD", f"{BASE}/acquire")

    assert (answer.status, answer.raw) == (404, b"")
    assert answer.headers["Content-Length"] == "48"


def changed(path: str) -> dict[str, str]:
    """The path, changed in ways that make it another."""
    head, _, verb = path.rpartition("/")
    return {
        "slash at the end": f"{path}/",
        "double slash in front": f"/{path}",
        "double slash before the verb": f"{head}//{verb}",
        "double slash after the version": path.replace("/v1/", "/v1//").replace("/v2/", "/v2//"),
        "verb in upper case": f"{head}/{verb.upper()}",
        "version in upper case": path.replace("/v1/", "/V1/").replace("/v2/", "/V2/"),
        "another version": path.replace("/v1/", "/v3/").replace("/v2/", "/v3/"),
        "a minor version": path.replace("/v1/", "/v1.0/").replace("/v2/", "/v2.0/"),
        "one segment more": f"{path}/x",
        "one segment less": head,
        "an encoded slash": f"{head}%2F{verb}",
        "an unknown region": f"/us{path}",
        "a region in upper case": f"/NA{path}",
        "two regions": f"/na/eu{path}",
        "a line end": f"{path}%0A",
    }


@every_endpoint
@pytest.mark.parametrize("change", list(changed("/v1/x")))
def test_another_path_has_no_route(line: Line, method: str, path: str, change: str) -> None:
    assert line.say(method, changed(path)[change], credentials=None).said == NO_ROUTE


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/favicon.ico",
        f"/v1/apps/{APP_ID}/acquire",
        f"/v1/apps/{APP_ID}/cloud-recording/acquire",
        f"/v1/Apps/{APP_ID}/cloud_recording/acquire",
        f"{BASE}/resourceId/r/mode/mix/start",
        f"{BASE}/resourceid/r/Mode/mix/start",
        f"{BASE}/resourceid//mode/mix/start",
        f"{BASE}/resourceid/r/mode//start",
        f"{BASE}/resourceid/r/SID/s/mode/mix/stop",
        f"{SESSION}/updatelayout",
        f"{SESSION}/update_layout",
        f"{SESSION}/start",
        f"{BASE}/resourceid/r/mode/mix/stop",
        "/v1/apps//cloud_recording/acquire",
        "/v1/projects",
        "/v1/ncs",
    ],
)
def test_what_only_looks_like_a_path_has_no_route(line: Line, path: str) -> None:
    assert line.say("POST", path, envelope({})).said == NO_ROUTE


def test_a_route_is_looked_for_before_anything_else(line: Line) -> None:
    """No credentials, no body, a bad App ID: the path is what is wrong."""
    assert line.say("PUT", "/v1/apps/x/cloud_recording/acquire", credentials=None).said == NO_ROUTE


CALLED = "/v1/apps/<appid>/cloud_recording"
IN_SESSION = f"{CALLED}/resourceid/<resourceid>/sid/<sid>/mode/<mode>"


@pytest.mark.parametrize(
    ("method", "path", "hint"),
    [
        pytest.param(
            "POST",
            "/",
            f"nothing is served at /; expected {CALLED}/... or /_mockrec/...",
            id="the root",
        ),
        pytest.param(
            "POST",
            f"{BASE}/acquire/",
            f"a slash at the end makes another path; expected POST {CALLED}/acquire",
            id="a slash at the end",
        ),
        pytest.param(
            "POST",
            f"/{BASE}/acquire",
            f"two slashes in a row make another path; expected POST {CALLED}/acquire",
            id="two slashes, as of a base URL that ends in one",
        ),
        pytest.param(
            "GET",
            f"{BASE}/resourceid/r/sid//mode/mix/query",
            f"two slashes in a row make another path; expected GET {IN_SESSION}/query",
            id="an empty id",
        ),
        pytest.param(
            "POST",
            f"/v1/apps{BASE}/resourceid/r/sid/null/mode/individual/stop",
            f"the prefix /v1/apps stands twice in the path; expected POST {IN_SESSION}/stop",
            id="the misprint of a doubled prefix",
        ),
        pytest.param(
            "POST",
            f"/us{BASE}/acquire",
            f"there is no such region, only na, eu, ap and cn; expected POST {CALLED}/acquire",
            id="a region that there is none of",
        ),
        pytest.param(
            "POST",
            f"{BASE}/aquire",
            f"no such path with POST; expected POST {CALLED}/acquire",
            id="a misspelt call",
        ),
        pytest.param(
            "POST",
            f"{SESSION}/updatelayout",
            f"no such path with POST; expected POST {IN_SESSION}/updateLayout",
            id="another case",
        ),
        pytest.param(
            "GET",
            f"{BASE}/resourceid/r/mode/mix/query",
            f"no such path with GET; expected GET {IN_SESSION}/query",
            id="a forgotten sid",
        ),
        pytest.param(
            "POST",
            "/v1/cloud_recording",
            f"no such path with POST; expected {CALLED}/...",
            id="nothing like it",
        ),
        pytest.param("GET", f"{BASE}/acquire", "got GET, expected POST", id="another method"),
        pytest.param("POST", f"/eu{SESSION}/query", "got POST, expected GET", id="with a region"),
        pytest.param("PUT", "/v2/ncs/ip", "got PUT, expected GET", id="of the addresses"),
        pytest.param(
            "PATCH", "/_mockrec/worlds/x/clock", "got PATCH, expected GET or PUT", id="of ours"
        ),
        pytest.param(
            "POST",
            "/_mockrec/world",
            "no such path with POST; expected GET /_mockrec/worlds",
            id="a misspelt control call",
        ),
        pytest.param(
            "GET",
            "/_mockrec",
            "no such path with GET; see /_mockrec/openapi.json",
            id="no control call",
        ),
    ],
)
def test_what_was_probably_meant_stands_beside_the_answer(
    line: Line, method: str, path: str, hint: str
) -> None:
    answer = line.say(method, path, envelope({}), credentials=None)

    assert answer.said == NO_ROUTE
    assert answer.detail == hint


# --- what fits the route, but nothing else -----------------------------------------------------


def test_the_misprint_of_a_null_sid_finds_no_worker(app: App) -> None:
    recording = app.record("individual")

    lost = Recording(app, recording.resource, "null", "individual")

    assert lost.stop().verdict == NO_WORKER


@pytest.mark.parametrize("mode", ["Web", "MIX", "composite", "null", "0"])
@pytest.mark.parametrize("verb", ["start", "query", "update", "updateLayout", "stop"])
def test_a_mode_that_there_is_none_of_is_a_bad_parameter(app: App, verb: str, mode: str) -> None:
    resource = app.resource()
    where = f"resourceid/{resource}" + ("" if verb == "start" else f"/sid/{'0' * 32}")

    answer = app.line.say(
        "GET" if verb == "query" else "POST", f"{app.base}/{where}/mode/{mode}/{verb}", {}
    )

    assert answer.verdict == (400, 2, "post method api body check failed!")
    assert answer.detail == f'mode: got "{mode}", expected individual, mix or web'


@pytest.mark.parametrize("resource", ["null", "undefined", "a b", "ä", "%", "..", "x" * 4_000])
def test_a_strange_resource_id_is_an_unreadable_one(app: App, resource: str) -> None:
    encoded = quote(resource, safe="").replace(".", "%2E")

    assert app.start(encoded, "mix", {"storageConfig": STORAGE}).verdict == (
        400,
        1001,
        "invalid resourceid",
    )
    assert Recording(app, encoded, "0" * 32, "mix").query().verdict == NO_WORKER


@pytest.mark.parametrize("left", ["{resourceid}", "%7B%7BresourceId%7D%7D"])
def test_a_placeholder_that_was_left_in_is_an_unreadable_id(app: App, left: str) -> None:
    """Postman sends the name of a variable that has no value."""
    answer = app.start(left, "mix", {"storageConfig": STORAGE})

    assert answer.verdict == (400, 1001, "invalid resourceid")


@pytest.mark.parametrize("mode", ["individual", "web"])
def test_only_composite_recording_has_a_layout(app: App, mode: str) -> None:
    resource = app.resource()
    recording = Recording(app, resource, "0" * 32, mode)

    answer = recording.update_layout(GOOD["updateLayout", mode])

    assert answer.verdict == (400, 2, "post method api body check failed!")
