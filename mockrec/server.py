"""The composition root: settings become stores, sinks, an engine, an application, a server."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError

from mockrec import __version__, assets
from mockrec.api.app import application
from mockrec.api.listeners import Listeners, opening, url
from mockrec.api.patience import Patience
from mockrec.carrier import Carrier
from mockrec.clock import ClockMode, stopwatch, wall_now
from mockrec.domain.delivery import Callback, default_secret
from mockrec.domain.policy import Policy
from mockrec.domain.problems import Profile
from mockrec.domain.timing import Timing
from mockrec.engine import Defaults, Engine
from mockrec.postman import Postman
from mockrec.render.envelope import UnknownEvent, topics
from mockrec.settings import SettingsError
from mockrec.sinks.media import MediaSink
from mockrec.sinks.terminal import Terminal, tell
from mockrec.sinks.webhook import Webhook
from mockrec.storage.folder import FolderStore
from mockrec.storage.memory import MemoryStore

if TYPE_CHECKING:
    from aiohttp.typedefs import Middleware

    from mockrec.playbook.scenario import Scenario
    from mockrec.settings import Settings
    from mockrec.storage import Store

log: Final = logging.getLogger("mockrec")

_SHUTDOWN: Final = 0.25
"""Real seconds that requests under way get at the end."""


def build(settings: Settings) -> Engine:
    """An engine as the settings want it; nothing runs yet.

    Raises `SettingsError` for what shows to be wrong only now.
    """
    seed = wall_now() if settings.seed is None else settings.seed
    policy = Policy(
        profile=Profile(settings.profile),
        strict=settings.strict,
        qps=settings.qps,
        pcw=settings.pcw,
        audience=settings.audience,
        timing=Timing(**settings.timing),
        external=settings.storage == "object",
    )
    defaults = Defaults(
        seed=seed,
        policy=policy.telling(_callback(settings, seed)),
        clock_mode=ClockMode(settings.clock_mode),
        clock_rate=settings.clock_rate or 1.0,
        start_at=settings.start_at,
        credentials=settings.credentials,
        apps=settings.apps,
        scenario=_scenario(settings.scenario) if settings.scenario else None,
    )
    media = MediaSink(assets.footage)
    postman = Postman(Webhook(allow_link_local=settings.callback_link_local))
    if problem := postman.problem(settings.callback_url or ""):
        raise SettingsError(f"--callback-url: {problem}; see --callback-link-local")
    if defaults.scenario and (problem := postman.problem(defaults.scenario.receiver)):
        raise SettingsError(
            f"--scenario: settings.callback.url: {problem}; see --callback-link-local"
        )
    return Engine(defaults, _store(settings), media, postman, _carrier(settings, media))


def _store(settings: Settings) -> Store:
    return FolderStore(settings.data) if settings.storage == "folder" else MemoryStore()


def _carrier(settings: Settings, media: MediaSink) -> Carrier | None:
    """Who goes to real buckets, where there are any; the library is loaded only then."""
    if settings.storage != "object":
        return None
    from mockrec.storage.object import ObjectStore

    given = settings.storage_request_endpoints
    try:
        buckets = ObjectStore(settings.storage_endpoint, allow_request_endpoints=given)
    except ModuleNotFoundError as error:
        raise SettingsError(f"--storage object: {error.msg}") from None
    return Carrier(buckets, media)


def _scenario(name: str) -> Scenario:
    """The scenario that every world plays from its beginning."""
    from mockrec.playbook.findings import BadScenario
    from mockrec.playbook.sources import UnknownScenario, scenario

    try:
        return scenario(name)
    except (BadScenario, UnknownScenario) as error:
        raise SettingsError(f"--scenario: {error}") from None


def _callback(settings: Settings, seed: int) -> Callback:
    """Where and how every world sends its notifications, until it is told otherwise."""
    secret = settings.callback_secret or default_secret(seed)
    try:
        wanted = topics(settings.callback_events) if settings.callback_events else None
    except UnknownEvent as error:
        raise SettingsError(f"--callback-event: {error}") from None
    return Callback(settings.callback_url or "", secret, wanted)


def doorway(
    engine: Engine,
    hosts: frozenset[str],
    patience: Patience | None = None,
    listeners: Listeners | None = None,
    *middlewares: Middleware,
) -> web.AppRunner:
    """The application of an engine as it is served: hardened against what a network may bring."""
    patience = patience or Patience()
    http = logging.getLogger("mockrec.http")
    http.addFilter(_terse)
    return web.AppRunner(
        application(engine, hosts, patience, listeners, *middlewares),
        access_log=None,  # the journal is the log
        auto_decompress=False,  # what is compressed is no JSON, and no bomb either
        keepalive_timeout=patience.head,
        lingering_time=patience.rest,
        logger=http,
        shutdown_timeout=_SHUTDOWN,
    )


def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises `SettingsError` as `build` does."""
    return _running(settings, lambda engine: _serve(settings, engine))


def run(settings: Settings, command: Sequence[str]) -> int:
    """Serve as long as this command runs, with clients in it being sent here; its exit code.

    Raises `SettingsError` as `build` does.
    """
    return _running(settings, lambda engine: _run(settings, engine, command))


def _running(settings: Settings, live: Callable[[Engine], Coroutine[None, None, int]]) -> int:
    """The exit code of a life, or of the reason why there was none: a line on stderr."""
    engine = build(settings)
    terminal = [Terminal(sys.stderr)]
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s", handlers=terminal)
    engine.feed.watch(tell)
    if _repeats(settings):
        log.warning(
            "%s holds files of an earlier run; the same seed gives the same sids again, and their"
            " files overwrite each other: --seed fresh gives others",
            settings.data,
        )
    try:
        with asyncio.Runner(loop_factory=fast_loop()) as runner:
            return runner.run(live(engine))
    except OSError as error:
        print(f"mockrec: {error}", file=sys.stderr)
        return 1


def _repeats(settings: Settings) -> bool:
    """Whether recordings of this run may get the ids, but not the moments, of earlier ones."""
    runs = settings.clock_mode != "manual" and settings.seed is not None
    return runs and settings.storage == "folder" and not FolderStore(settings.data).empty


async def _serve(settings: Settings, engine: Engine) -> int:
    began = stopwatch()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with listening(settings, engine) as listeners:
        _spare_the_collector()
        milliseconds = round((stopwatch() - began) * 1_000)
        print(f"mockrec {__version__} ready on {listeners.http} in {milliseconds} ms", flush=True)
        if settings.callback_url and not settings.callback_secret:
            print(f"notifications are signed with {default_secret(engine.seed)}", flush=True)
        for line in listeners.others():
            print(line, flush=True)
        await stopped.wait()
    return 0


async def _run(settings: Settings, engine: Engine, command: Sequence[str]) -> int:
    from mockrec.gateway.child import CannotRun, completed
    from mockrec.gateway.environment import environment, here
    from mockrec.gateway.homes import ca_folder

    async with listening(settings, engine) as listeners:
        _spare_the_collector()
        reached = here(listeners.seen_from("127.0.0.1"), next(iter(settings.apps), None))
        added = environment(reached, ca_folder(settings.ca_dir), os.environ)
        try:
            return await completed(command, {**os.environ, **added})
        except CannotRun as error:
            print(f"mockrec: {error}", file=sys.stderr)
            return error.code


@asynccontextmanager
async def listening(settings: Settings, engine: Engine) -> AsyncIterator[Listeners]:
    """All that is to listen, as long as the block lasts; `CannotListen` where something cannot."""
    listeners = Listeners()

    def behind(*middlewares: Middleware) -> web.AppRunner:
        return doorway(engine, settings.hosts, None, listeners, *middlewares)

    async with AsyncExitStack() as stack:
        runner = behind()
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            with opening(settings.host, settings.port):
                await web.TCPSite(runner, settings.host, settings.port, backlog=1024).start()
            listeners.http = url(runner.addresses[0])
            if settings.tls or settings.proxy or settings.dns:
                from mockrec.gateway.opening import opened

                await stack.enter_async_context(opened(settings, runner, behind, listeners))
            yield listeners
        finally:
            await engine.close()  # a stop that waits is answered before its connection goes


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The quicker event loop, where the platform has it; it saves a fifth of each request."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _spare_the_collector() -> None:
    """Values make no cycles: the collector need not look at them so often, nor at what is there."""
    gc.freeze()
    gc.set_threshold(10_000, 1_000, 10)


def _terse(record: logging.LogRecord) -> bool:
    """What is no HTTP, or goes away, is the other side's fault: no traceback, and no secrets."""
    fault = record.exc_info[1] if record.exc_info else None
    if isinstance(fault, HttpProcessingError | ConnectionError):
        record.msg, record.args = "a client went wrong: %s", (type(fault).__name__,)
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.exc_info = None
    return True
