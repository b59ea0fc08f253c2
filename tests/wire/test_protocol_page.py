"""What docs/protocol.md says of routes and of the order of checks is what the server does."""

from __future__ import annotations

import re

import pytest

from mockrec.domain.problems import PROBLEMS
from tests.package.pages import rows
from tests.wire.conftest import Serve
from tests.wire.line import Heard, Line, basic, envelope

APP_ID = "0123456789abcdef0123456789abcdef"
ACQUIRE = f"/v1/apps/{APP_ID}/cloud_recording/acquire"
START = f"/v1/apps/{APP_ID}/cloud_recording/resourceid/r/mode/mix/start"
CREDENTIALS = basic().removeprefix("Basic ")


def verdict(answer: Heard) -> str:
    """What the page calls an answer: the name of the refusal, or its status."""
    if not answer.raw:
        return str(answer.status)
    said = answer.body.get("reason") or answer.body.get("message")
    code = answer.body.get("code")
    names = (
        name
        for name, problem in PROBLEMS.items()
        if (problem.now.status, problem.now.code, problem.now.reason) == (answer.status, code, said)
    )
    return next(names, str(answer.status))


def clauses(row: str) -> dict[str, str]:
    """The refusals that a row of the routes names, each with the clause that names it."""
    cell = rows("Routes")[row][0]
    parts = re.split(r"; ", cell)
    return {name: part for part in parts for name in re.findall(r"`([a-z-]+)`", part)}


# --- routes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ACQUIRE, "/v1/ncs/ip", "/v2/ncs/ip"])
def test_head_is_answered_as_the_page_has_it(line: Line, path: str) -> None:
    answer = line.say("HEAD", path)

    assert "no-route" in clauses("HEAD")
    assert answer.status == PROBLEMS["no-route"].now.status


@pytest.mark.parametrize("region", ["na", "eu", "ap", "cn"])
def test_a_region_may_stand_where_the_page_has_it(line: Line, region: str) -> None:
    told = rows("Routes")["region prefix"][0]
    acquired = line.say("POST", f"/{region}{ACQUIRE}", envelope({}))
    asked = [line.say("GET", f"/{region}/{version}/ncs/ip") for version in ("v1", "v2")]

    assert f"`/{region}`" in told
    assert "before `/v1/apps`, and before the addresses" in told
    assert [answer.status for answer in (acquired, *asked)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (None, "without the header"),
        (f"Bearer {CREDENTIALS}", "another scheme"),
        (CREDENTIALS, "without a scheme"),
        ("Basic ?", "bad Base64"),
        ("Basic aWQ=", "no colon"),
        (basic("some:body"), "a stranger"),
    ],
)
def test_authorization_is_judged_as_the_page_has_it(
    serve: Serve, header: str | None, words: str
) -> None:
    line = serve(credentials=(("id", "secret"),))
    headers = {} if header is None else {"Authorization": header}

    answer = line.say("POST", ACQUIRE, envelope({}), headers=headers, credentials=None)

    assert words in clauses("Authorization")[verdict(answer)]


# --- decisions ---------------------------------------------------------------------------------


def test_the_checks_at_the_door_stand_in_the_order_of_the_page(serve: Serve) -> None:
    """Each request passes one check more than the one before, and none of those that follow."""
    line = serve(credentials=(("id", "secret"),), qps=1)
    astray = START.replace(APP_ID, "x").replace("mix", "mox")
    home = START.replace("mix", "mox")
    told = [
        line.say("PUT", astray, credentials=None),
        line.say("POST", astray, credentials=None),
        line.say("POST", astray, credentials="some:body"),
        line.say("POST", astray),
        *[line.say("POST", home) for _ in range(2)],
    ]
    checks = rows("Decisions")
    names = [re.findall(r"`([\w-]+)`", row[0]) for row in list(checks.values())[:6]]

    heard = [verdict(answer) for answer in told]
    heard[-2:] = reversed(heard[-2:])  # the rate is too high with the second only
    assert len(heard) == len(names)
    assert [one for one, named in zip(heard, names, strict=True) if one not in named] == []
    assert heard[2:4] == ["bad-credentials", "invalid-appid"]
