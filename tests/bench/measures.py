"""What is measured: each measure sets its own stage, and yields figures."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench import servers, wrk
from tests.bench.bodies import APP_IDS, details, start_body, start_recordings, write_starts
from tests.bench.servers import Server

CYCLE_APP: Final = "a" * 32
_MIB: Final = 80.0
_OF_BARE: Final = 0.6
_P99: Final = 10.0

Pairs = Sequence[tuple[wrk.Load, wrk.Load]]
"""What the bare application and mockrec did in each round."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often: a few seconds for a look, minutes for a figure to rely on."""

    rounds: int
    seconds: int
    starts: int
    recordings: int
    live: int


QUICK: Final = Effort(rounds=2, seconds=1, starts=9_000, recordings=6_000, live=2_000)
THOROUGH: Final = Effort(rounds=5, seconds=3, starts=45_000, recordings=100_000, live=10_000)


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table."""

    what: str
    measured: str
    bare: str = ""
    promise: str = ""
    kept: bool | None = None
    """Whether the promise is kept; None where there is none."""


def cold_start(effort: Effort) -> Iterator[Figure]:
    """From the start of the process to the first resource given out."""
    ours, theirs = [], []
    for _ in range(1 + effort.rounds * 2):
        with servers.bare() as server:
            theirs.append(server.start_up)
        with servers.mockrec() as server:
            ours.append(server.start_up)
    # The first round compiles.
    mine, other = (median(times[1:]) for times in (ours, theirs))
    ratio, measured, bare = mine / other, f"{mine * 1_000:.0f} ms", f"{other * 1_000:.0f} ms"
    yield Figure("cold start", f"{measured}, {ratio:.2f} x", bare, "at most 1.3 x", ratio <= 1.3)


def acquires(effort: Effort) -> Iterator[Figure]:
    """The cheapest call that changes a world."""
    with servers.bare() as theirs, servers.mockrec() as ours:
        for connections in (1, 32):
            pairs = [
                _round(theirs, ours, "acquire.lua", connections=connections, effort=effort)
                for _ in range(effort.rounds)
            ]
            yield from _compared("acquire", connections, pairs)


def starts(effort: Effort) -> Iterator[Figure]:
    """Starts of 900 bytes, each with a fresh resource, in a fresh process every round."""
    with tempfile.TemporaryDirectory() as folder, servers.bare() as theirs:
        path = Path(folder, "starts.tsv")
        for connections in (1, 32):
            pairs = []
            for _ in range(effort.rounds):
                with servers.mockrec() as ours:
                    file = str(write_starts(ours, effort.starts, path))
                    load = ("post.lua", file)
                    pairs.append(
                        _round(theirs, ours, *load, connections=connections, effort=effort)
                    )
                _check_enough(pairs[-1][1], effort)
            yield from _compared("start, 900 bytes", connections, pairs)


def refusals(effort: Effort) -> Iterator[Figure]:
    """A start that breaks three rules, all of them named."""
    with tempfile.TemporaryDirectory() as folder, servers.mockrec() as server:
        file = str(write_starts(server, 100, Path(folder, "bad.tsv"), bad=True))
        loads = [
            wrk.run(server, "post.lua", file, connections=1, seconds=effort.seconds)
            for _ in range(effort.rounds)
        ]
        each = 1_000 / median(load.rate for load in loads)
        yield Figure("a refused start, explained", f"{each:.2f} ms")


def cycles(effort: Effort) -> Iterator[Figure]:
    """Whole recordings against a clock that runs: acquire, start, query, stop."""
    body = json.dumps(details(), separators=(",", ":"))
    for connections in (1, 32):
        pairs = []
        for _ in range(effort.rounds):
            with servers.mockrec("--clock", "wall") as ours, servers.bare() as theirs:
                options = {"connections": connections, "seconds": effort.seconds}
                bare = wrk.run(theirs, "acquire.lua", **options)
                pairs.append((bare, wrk.run(ours, "cycle.lua", body, "0", **options)))
        yield from _compared("cycle of four calls", connections, pairs, promised=False)


def crowds(effort: Effort) -> Iterator[Figure]:
    """One command, with many live recordings in its world and with ten."""
    with ExitStack() as stack:
        ten, many = (stack.enter_context(servers.mockrec()) for _ in range(2))
        path = stack.enter_context(tempfile.TemporaryDirectory())
        files = {}
        for server, count in ((ten, 10), (many, effort.live)):
            sessions = start_recordings(server, count)
            file = Path(path, f"{count}.tsv")
            lines = [f"{one}/update\t{_update(at)}\n" for at, one in enumerate(sessions)]
            file.write_text("".join(lines[:10]), encoding="ascii")
            files[server.port] = str(file)
        ratios = []
        for _ in range(effort.rounds):
            options = {"connections": 1, "seconds": effort.seconds}
            few, crowd = (
                wrk.run(one, "post.lua", files[one.port], **options) for one in (ten, many)
            )
            ratios.append(few.rate / crowd.rate)
    ratio = median(ratios)
    what = f"update with {effort.live:,} live recordings, against 10"
    yield Figure(what, f"{ratio:.2f} x", "", "at most 1.3 x", ratio <= 1.3)


def three_hours(effort: Effort) -> Iterator[Figure]:
    """Three virtual hours of a recording of two users, its files on the disk."""
    for mode in ("individual", "mix"):
        times, efforts, disk = [], [], []
        for _ in range(effort.rounds):
            with tempfile.TemporaryDirectory() as data:
                with servers.mockrec("--storage", "folder", "--data", data) as server:
                    before = server.cpu()
                    times.append(_time_of_three_hours(server, mode))
                    efforts.append(server.cpu() - before)
                sizes = [path.stat().st_size for path in Path(data).rglob("*") if path.is_file()]
            disk.append(_time_of_the_disk(sizes))
        took = median(times)
        what = f"three virtual hours, {mode}, {len(sizes):,} files"
        measured = f"{took:.2f} s, of it {median(efforts):.2f} s of CPU"
        alone = f"disk: {median(disk):.2f} s"
        yield Figure(what, measured, alone, "under 1 s", took < 1)


def slices(effort: Effort) -> Iterator[Figure]:
    """One stamped slice of fifteen seconds, written to the disk, in CPU time."""
    from mockrec import assets
    from mockrec.render.transport_stream import transport_stream
    from mockrec.storage.folder import FolderStore

    footage, count = assets.footage(), 50 * effort.rounds
    with tempfile.TemporaryDirectory() as data:
        store = FolderStore(data)
        for measured in (False, True):  # what is made once is made before
            began = time.process_time()
            for number in range(count):
                options = {"start": number * 15_000, "duration": 15_000}
                piece = transport_stream(footage, audio=True, video=True, portrait=True, **options)
                store.put("bucket", f"{measured}-{number}.ts", piece)
            took = (time.process_time() - began) / count * 1_000
    yield Figure(
        "CPU of a slice, stamped and written", f"{took:.2f} ms", "", "under 1 ms", took < 1
    )


def memory(effort: Effort) -> Iterator[Figure]:
    """After start-up, after a load, and after very many recordings.

    Nobody is in the channels: what is not stopped when a load ends is idle, and does not stay.
    """
    body = json.dumps(details(), separators=(",", ":"))
    with servers.mockrec("--clock", "wall", "--audience", "0") as server:
        yield _resident("memory after start-up", server.resident())
        grown, done = [], 0
        while done < effort.recordings:
            load = wrk.run(server, "cycle.lua", body, str(done * 2), connections=32, seconds=10)
            done += load.said["stopped"]
            grown.append((done, server.resident()))
            if len(grown) == 1:
                yield _resident(f"memory after {done:,} recordings", grown[0][1])
    settled = next(size for done, size in grown if done >= effort.recordings / 4)
    count, last = grown[-1]
    growth = last / settled
    measured = f"{last:.0f} MiB, {growth:.2f} x that of a quarter of them"
    what = f"memory after {count:,} recordings"
    yield Figure(what, measured, "", "flat", growth < 1.1 and last < _MIB * 1.5)


MEASURES: Final[tuple[Callable[[Effort], Iterator[Figure]], ...]] = (
    *(cold_start, acquires, starts, cycles, refusals),
    *(crowds, three_hours, slices, memory),
)
NEED_WRK: Final = frozenset({acquires, starts, cycles, refusals, crowds, memory})


def _round(
    theirs: Server, ours: Server, script: str, *arguments: str, connections: int, effort: Effort
) -> tuple[wrk.Load, wrk.Load]:
    """One after the other, so that what disturbs them disturbs both."""
    options = {"connections": connections, "seconds": effort.seconds}
    first = wrk.run(theirs, script, *arguments, **options)
    return first, wrk.run(ours, script, *arguments, **options)


def _compared(
    what: str, connections: int, pairs: Pairs, *, promised: bool = True
) -> Iterator[Figure]:
    """Throughput, CPU and tail beside those of the bare application, medians of all rounds."""
    name = f"{what}, {connections} connection{'s' if connections > 1 else ''}"
    sides = list(zip(*pairs, strict=True))
    rates = [median(load.rate for load in side) for side in sides]
    efforts = [median(load.cpu for load in side) for side in sides]
    tails = [median(load.p99 for load in side) for side in sides]
    errors = sum(load.errors for _, load in pairs)
    ratio = median(ours.rate / theirs.rate for theirs, ours in pairs)
    measured = f"{rates[1]:,.0f}/s, {ratio:.2f} x" + (f", {errors} errors" if errors else "")
    kept = ratio >= _OF_BARE and not errors
    promise = f"at least {_OF_BARE} x" if promised else ""
    yield Figure(name, measured, f"{rates[0]:,.0f}/s", promise, kept if promised else None)
    effort = efforts[0] / efforts[1]
    kept, measured = effort >= _OF_BARE, f"{efforts[1]:.0f} us, {effort:.2f} x"
    bare = f"{efforts[0]:.0f} us"
    yield Figure("    CPU of a request", measured, bare, promise, kept if promised else None)
    tail = promised and connections > 1
    promise = f"under {_P99:.0f} ms" if tail else ""
    kept_tail = tails[1] < _P99 if tail else None
    yield Figure("    p99", f"{tails[1]:.2f} ms", f"{tails[0]:.2f} ms", promise, kept_tail)


def _check_enough(load: wrk.Load, effort: Effort) -> None:
    if load.said["sent"] > effort.starts:
        raise RuntimeError(f"{load.said['sent']} starts were sent for {effort.starts} resources")


def _resident(what: str, size: float) -> Figure:
    return Figure(what, f"{size:.0f} MiB", "", f"under {_MIB:.0f} MiB", size < _MIB)


def _update(number: int) -> str:
    subscribed = {"streamSubscribe": {"audioUidList": {"subscribeAudioUids": ["#allstream#"]}}}
    who = {"cname": f"room{number}", "uid": str(number + 1)}
    return json.dumps(who | {"clientRequest": subscribed})


def _time_of_the_disk(sizes: list[int]) -> float:
    """Seconds for as many files of the same sizes, written and renamed by nobody in particular."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for number, size in enumerate(sizes):
            draft = Path(folder, f"{number}.part")
            draft.write_bytes(bytes(size))
            draft.replace(Path(folder, f"{number}.ts"))
        return time.perf_counter() - began


def _time_of_three_hours(server: Server, mode: str) -> float:
    base = f"/v1/apps/{APP_IDS[0]}/cloud_recording"
    acquired = server.ask("POST", f"{base}/acquire", '{"cname":"a","uid":"1","clientRequest":{}}')
    resource = json.loads(acquired[1])["resourceId"]
    body = start_body("a", 1)
    if mode == "individual":
        body = body.replace("recordingFileConfig", "ignored")
    started = server.ask("POST", f"{base}/resourceid/{resource}/mode/{mode}/start", body)
    if started[0] != 200:
        raise RuntimeError(f"the start was answered {started}")
    advance = f"/_mockrec/worlds/{APP_IDS[0]}/clock/advance"
    began = time.perf_counter()
    status, _ = server.ask("POST", advance, '{"by":"3h"}')
    took = time.perf_counter() - began
    if status != 200:
        raise RuntimeError(f"the advance was answered {status}")
    return took
