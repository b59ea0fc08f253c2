"""A world as a test holds it: where its service is, what can be done to it, what can be seen.

Everything here is a call to the control plane, made when it is asked for; nothing is remembered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack
from urllib.parse import quote

from mockrec.remote.apart import Apart
from mockrec.remote.files import Files
from mockrec.remote.line import ControlError, Line
from mockrec.remote.telling import calls
from mockrec.remote.timeline import timeline

if TYPE_CHECKING:
    from mockrec.domain.moments import Millis
    from mockrec.remote.shapes import (
        Entry,
        Happening,
        Notification,
        Recording,
        Request,
        Sends,
        Story,
        User,
        WorldSettings,
    )

ANYBODY: Final = ("mockrec", "secret")
"""Credentials for a world that accepts any."""

_TOO_LATE: Final = 408


class NeverHappened(AssertionError):
    """What a test waited for did not come."""


class World:
    """One App ID of a server."""

    def __init__(self, line: Line, app_id: str, auth: tuple[str, str] = ANYBODY) -> None:
        self._line = line
        self._path = f"/_mockrec/worlds/{quote(app_id, safe='')}"
        self.app_id = app_id
        self.auth = auth
        """Customer ID and secret, as requests and httpx take them."""

    @property
    def url(self) -> str:
        """What stands in the place of ``https://api.agora.io``."""
        return self._line.url

    @property
    def api(self) -> str:
        """What stands before ``/acquire``: the address, and the path as far as the App ID."""
        return f"{self.url}/v1/apps/{self.app_id}/cloud_recording"

    @cached_property
    def aio(self) -> Apart:
        """The same methods for ``await``, so that an event loop goes on meanwhile."""
        return Apart(self)

    def __repr__(self) -> str:
        return f"<World {self.app_id} at {self.url}>"

    # --- what can be done ----------------------------------------------------------------------

    def configure(self, **settings: Unpack[WorldSettings]) -> None:
        """Let the world behave in another way; what is not named stays.

        Raises `SettingsError` for what is no setting of a world, or has a value that cannot be.
        """
        __tracebackhide__ = True
        for name, body in calls(settings):
            self._ask("PUT", name, body)
        if credentials := settings.get("credentials"):
            self.auth = _first(credentials)
        if scenario := settings.get("scenario"):
            self.scenario(scenario)

    def advance(
        self,
        by: str | None = None,
        *,
        to: Millis | None = None,
        until: Mapping[str, object] | str | int | None = None,
        limit: str | None = None,
    ) -> list[Happening]:
        """Move the clock by a duration, to a moment, or until something happens.

        `until` is a notice by its name or number, or what the control plane takes, such as
        ``{"status": 5}`` or ``{"event": "SliceUploaded"}``; `limit` bounds the search, to an hour
        unless it says otherwise. Returns what happened, after all of it was carried out: the files
        are there, the webhooks answered. Raises `NeverHappened` when the limit comes first.
        """
        __tracebackhide__ = True
        sought = until if until is None or isinstance(until, Mapping) else {"notified": until}
        given = {"by": by, "to": to, "until": sought, "limit": limit}
        body = {name: value for name, value in given.items() if value is not None}
        happenings: list[Happening] = self._sought("clock/advance", body)["happenings"]
        return happenings

    def join(
        self,
        cname: str,
        uid: int | str,
        **sends: Unpack[Sends],
    ) -> User:
        """Let a user join a channel, or change what he sends; as he is shown from now on."""
        __tracebackhide__ = True
        user: User = self._ask("PUT", _seat(cname, uid), sends)
        return user

    def leave(self, cname: str, uid: int | str) -> bool:
        """Let a user leave a channel; whether he had been there."""
        __tracebackhide__ = True
        left: bool = self._ask("DELETE", _seat(cname, uid))["left"]
        return left

    def callback(
        self,
        url: str | None,
        *,
        secret: str | None = None,
        events: Sequence[int] | None = None,
        retry: Sequence[str] | None = None,
    ) -> str | None:
        """Send notifications to this address, or to none; the secret that they are signed with.

        `events` are the types that are subscribed to, `retry` the gaps before further attempts.
        """
        __tracebackhide__ = True
        given = {"secret": secret, "events": events, "retry": retry}
        body = {name: value for name, value in given.items() if value is not None}
        signed: str | None = self._ask("PUT", "callback", {"url": url, **body}).get("secret")
        return signed

    def scenario(self, story: str | PathLike[str] | Mapping[str, object]) -> None:
        """Play a scenario from now on: a shipped one by its name, a file, or the thing itself.

        What names a file ends in ``.yaml``, ``.yml`` or ``.json``.
        """
        __tracebackhide__ = True
        self._line.fetch("PUT", f"{self._path}/scenario", _script(story).encode())

    def reset(self) -> None:
        """Forget everything; the next use finds a fresh world, with the server's settings."""
        __tracebackhide__ = True
        self._ask("DELETE")

    # --- what can be seen ----------------------------------------------------------------------

    @property
    def now(self) -> Millis:
        """What the clock shows, in milliseconds since 1970."""
        moment: Millis = self._ask("GET", "clock")["now"]
        return moment

    @property
    def recordings(self) -> list[Recording]:
        """Every recording, in the order of their starts."""
        recordings: list[Recording] = self._ask("GET", "recordings")["recordings"]
        return recordings

    def recording(self, sid: str) -> Story:
        """One recording with its history, and an explanation of its state in words."""
        __tracebackhide__ = True
        story: Story = self._ask("GET", f"recordings/{quote(sid, safe='')}")
        return story

    @property
    def files(self) -> Files:
        """What lies in the buckets: a mapping from names to bytes."""
        return Files(self._line, f"{self._path}/files")

    @property
    def requests(self) -> list[Request]:
        """The requests to the emulated service and their answers, the oldest first."""
        entries: list[Request] = self._journal("request")
        return entries

    @property
    def events(self) -> list[Happening]:
        """What happened to recordings, the oldest first."""
        entries: list[Happening] = self._journal("event")
        return entries

    @property
    def notifications(self) -> list[Notification]:
        """What was posted to the callback, with every attempt and its answer."""
        letters: list[Notification] = self._ask("GET", "notifications")["notifications"]
        return letters

    def timeline(self) -> str:
        """What happened, for a person to read; a failing test shows it."""
        return timeline(
            self._ask("GET"),
            self._journal("request,event,clock"),
            self.recordings,
            [*self.files],
            self.notifications,
        )

    # --- what can be asserted ------------------------------------------------------------------

    def wait_for(self, *, timeout: str = "5s", since: int = 0, **match: object) -> Entry:
        """The first entry of the journal that matches: one that is there, or the first to come.

        For worlds whose clocks run, and for programs that work by themselves. `match` names keys
        of the entry and their values, as in ``operation="stop", status=200``; `since` is the number
        of the first entry that counts; `timeout` is real time, a minute at the most. Raises
        `NeverHappened` when it has passed.
        """
        __tracebackhide__ = True
        body = {"match": match, "timeout": timeout, "since": since}
        entry: Entry = self._sought("journal/await", body)["entry"]
        return entry

    def expect(self, expectation: Mapping[str, object] | None = None, /, **words: object) -> None:
        """Assert one expectation in the words of scenarios, as in ``notified="uploaded"``.

        Without any, those of the scenario that is played. Raises AssertionError with the reasons,
        and with what happened instead.
        """
        __tracebackhide__ = True
        if expected := {**(expectation or {}), **words}:
            judged = self._ask("POST", "scenario/verdicts", {"expect": [expected]})
        else:
            judged = self._ask("GET", "scenario/report")
        broken = [_broken(verdict) for verdict in judged["verdicts"] if not verdict["kept"]]
        if broken:
            raise AssertionError("\n".join(broken))

    # --- how it is asked -----------------------------------------------------------------------

    def _ask(self, method: str, path: str = "", document: object = None) -> Any:
        __tracebackhide__ = True
        return self._line.ask(method, f"{self._path}/{path}".rstrip("/"), document)

    def _sought(self, path: str, document: object) -> Any:
        """Ask for what may not come."""
        __tracebackhide__ = True
        try:
            return self._ask("POST", path, document)
        except ControlError as error:
            if error.status != _TOO_LATE:
                raise
            late = f"{error.error}; expected {error.expected}"
        raise NeverHappened(late)

    def _journal(self, kinds: str) -> Any:
        __tracebackhide__ = True
        return self._ask("GET", f"journal?kind={kinds}&limit=10000")["entries"]


def _seat(cname: str, uid: int | str) -> str:
    return f"channels/{quote(cname, safe='')}/users/{quote(str(uid), safe='')}"


def _first(credentials: str | Sequence[str] | Mapping[str, str]) -> tuple[str, str]:
    """The first pair of those that a world accepts."""
    if isinstance(credentials, Mapping):
        return next(iter(credentials.items()))
    pair = credentials if isinstance(credentials, str) else credentials[0]
    customer, _, secret = pair.partition(":")
    return customer, secret


def _script(story: str | PathLike[str] | Mapping[str, object]) -> str:
    """The text of a scenario."""
    from mockrec import assets

    if isinstance(story, Mapping):
        return json.dumps(story)
    name = fspath(story)
    if name.endswith((".yaml", ".yml", ".json")):
        return Path(name).read_text(encoding="utf-8")
    try:
        return assets.scenario(name)
    except assets.UnknownAsset as fault:
        from mockrec.settings import did_you_mean

        hint = did_you_mean(name, assets.scenario_names())
        raise assets.UnknownAsset(f"{fault}{hint}; files end in .yaml or .json") from None


def _broken(verdict: Mapping[str, Any]) -> str:
    """An expectation that was not kept: why, and what happened instead."""
    happened = [f"  {line}" for line in verdict.get("timeline", ())]
    return "\n".join((f"{verdict['why']}; expected {verdict['expected']}", *happened))
