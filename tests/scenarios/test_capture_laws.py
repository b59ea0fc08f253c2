"""Whatever a client does, and whatever goes wrong: told again, it is answered the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from mockrec.retold import har, journal
from mockrec.retold.session import NoSession
from mockrec.retold.session import Session as Retellable
from tests.api.service import STORAGE, Session, World
from tests.scenarios.retelling import Retold, journal_of, playing, retold

CODES: Final = {65: 206, 500: 500, 502: 500}
"""Codes that the model never gives by itself in these sessions, with their statuses."""

steps = st.lists(
    st.one_of(
        st.tuples(st.just("acquire"), st.sampled_from(["one", "two"]), st.sampled_from(["1", "0"])),
        st.tuples(st.just("start"), st.integers(0, 3), st.sampled_from(["mix", "individual"])),
        st.tuples(st.sampled_from(["query", "stop", "update"]), st.integers(0, 3), st.just("")),
        st.tuples(st.just("wait"), st.sampled_from(["1ms", "1s", "20s", "40s"]), st.just("")),
    ),
    min_size=1,
    max_size=9,
)
faults = st.lists(
    st.tuples(
        st.sampled_from(["acquire", "start", "query", "stop"]),
        st.integers(0, 2),
        st.sampled_from(sorted(CODES)),
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda fault: fault[:2],
)


class Client:
    """A client that remembers what it was given, and nothing else."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._resources: list[tuple[str, str]] = []
        self._sessions: list[Session] = []

    async def do(self, step: tuple[str, Any, str]) -> None:
        verb, which, more = step
        match verb:
            case "wait":
                await self._world.advance(which)
            case "acquire":
                reply = await self._world.acquire(which, more)
                if reply.status == 200:
                    self._resources.append((reply.body["resourceId"], which))
            case "start" if self._resources:
                resource, cname = self._resources[which % len(self._resources)]
                await self._start(resource, cname, more)
            case "query" | "stop" | "update" if self._sessions:
                await self._about(verb, self._sessions[which % len(self._sessions)])

    async def _start(self, resource: str, cname: str, mode: str) -> None:
        reply = await self._world.start(resource, mode, cname, "1")
        if reply.status == 200:
            self._sessions.append(Session(resource, reply.body["sid"], mode, cname, "1"))

    async def _about(self, verb: str, session: Session) -> None:
        if verb == "query":
            await self._world.query(session)
        elif verb == "stop":
            await self._world.stop(session)
        else:
            await self._world.update(session, storageConfig=STORAGE)


async def captured(program: list[Any], wrong: list[Any]) -> tuple[list[Any], Retold | None]:
    """The calls that were made, and what they are told again as."""
    lines = [
        f"- {{id: r{number}, op: {op}, skip: {skip}, times: 1, "
        f"then: {{refuse: {code}, done: {str(done).lower()}}}}}"
        for number, (op, skip, code, done) in enumerate(wrong)
    ]
    async with playing("\n".join(["rules:", *lines]) if lines else "") as world:
        client = Client(world)
        for step in program:
            await client.do(step)
        document = await journal_of(world)
    calls = [entry for entry in document["entries"] if entry["kind"] == "request"]
    return calls, await retold(document) if calls else None


@settings(max_examples=30)
@given(steps, faults)
def test_a_session_told_again_is_answered_the_same_with_a_rule_for_each_fault(
    program: list[Any], wrong: list[Any]
) -> None:
    calls, told = asyncio.run(captured(program, wrong))
    if told is None:
        return
    codes = {f"r{number}": code for number, (_, _, code, _) in enumerate(wrong)}
    fired = [one for one in calls if one["answer"].get("code") == codes.get(one.get("rule"), -1)]

    assert told.kept, told.against
    assert told.rehearsal.unexplained == frozenset()
    assert sum(rule["times"] for rule in told.rules) == len(fired)


@settings(max_examples=15)
@given(steps)
def test_where_nothing_went_wrong_there_is_no_rule(program: list[Any]) -> None:
    _, told = asyncio.run(captured(program, []))

    assert told is None or (told.kept and told.rules == [])


@settings(max_examples=10)
@given(steps, faults)
def test_no_id_of_the_session_is_told(program: list[Any], wrong: list[Any]) -> None:
    calls, told = asyncio.run(captured(program, wrong))
    ids = [one["answer"].get(name) for one in calls for name in ("resourceId", "sid")]

    assert told is None or not any(one in told.text for one in ids if one)


# --- whatever is given ---------------------------------------------------------------------------

CALL: Final = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["request", "event", 1]),
        "method": st.sampled_from(["POST", "GET", None, 1]),
        "path": st.sampled_from(["/v1/apps/a/cloud_recording/acquire", "/", "", None, 7]),
        "url": st.sampled_from(["https://x/v1/apps/a/cloud_recording/acquire", "//[", "", None, 7]),
        "startedDateTime": st.sampled_from(["2026-01-01T00:00:00Z", "2026-13", "", 1]),
        "at": st.sampled_from([0, -1, 1.5, True, "1", 10**15]),
        "came": st.sampled_from([0, -1, None, "1"]),
        "status": st.sampled_from([200, 0, -5, 700, "200", None, True]),
    },
)
JUNK: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@st.composite
def odd_entries(draw: st.DrawFn) -> Any:
    """An entry of a journal and of a HAR at once, of which anything may be missing or wrong."""
    entry = draw(CALL)
    sent = draw(st.sampled_from([None, {"text": "{}"}, {"text": 1}, {"text": "["}, "{}"]))
    content = draw(JUNK | st.just({"text": "%", "encoding": "base64"}))
    request = {**draw(CALL), "postData": sent, "headers": draw(JUNK)}
    response = {**draw(CALL), "content": content}
    parts = {"request": request, "response": response, "body": draw(JUNK), "answer": draw(JUNK)}
    return draw(JUNK | st.just({**entry, **parts}))


def told_or_refused(read: Callable[[Any], Retellable], document: Any) -> bool:
    """Whether there is a session with calls in it, or one line that says why there is none."""
    try:
        return bool(read(document).exchanges)
    except NoSession as refusal:
        return bool(str(refusal)) and "\n" not in str(refusal)


@given(st.lists(odd_entries(), max_size=4))
def test_whatever_is_given_is_a_session_or_says_in_one_line_why_not(entries: Any) -> None:
    for read, document in (
        (journal.of_document, {"entries": entries}),
        (har.of_document, {"log": {"entries": entries}}),
    ):
        assert told_or_refused(read, document)
