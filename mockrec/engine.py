"""The imperative shell: all worlds of one process, and what is asked of them.

A command reads the clock once, the world obeys, the new world is kept and what happened is queued;
no `await` stands between. The steward carries it out, the timekeeper moves the clocks.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from dataclasses import field
from typing import TYPE_CHECKING, Final

from mockrec.clock import Clock, ClockMode
from mockrec.domain.commands import Answer, Awaiting, Command
from mockrec.domain.ids import new_id
from mockrec.domain.moments import Millis
from mockrec.domain.policy import Policy
from mockrec.domain.staging import draw
from mockrec.domain.values import dataclass, replace
from mockrec.domain.world import World
from mockrec.realm import Realm
from mockrec.sinks.feed import Feed
from mockrec.sinks.journal import Journal
from mockrec.sinks.shelf import Shelf
from mockrec.steward import Steward
from mockrec.timekeeper import Timekeeper

if TYPE_CHECKING:
    from mockrec.carrier import Carrier
    from mockrec.domain.problems import Profile
    from mockrec.domain.rules import Occasion, Rule
    from mockrec.playbook.scenario import Scenario
    from mockrec.postman import Postman
    from mockrec.sinks.journal import Entry
    from mockrec.sinks.media import MediaSink
    from mockrec.sinks.shelf import Filed
    from mockrec.storage import Store
    from mockrec.timekeeper import Reached, Wanted

MOST_WORLDS: Final = 10_000
_APP_ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Defaults:
    """How a world begins."""

    seed: int = 0
    policy: Policy = Policy()
    clock_mode: ClockMode = ClockMode.WALL
    clock_rate: float = 1.0
    start_at: Millis | None = None
    credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    apps: tuple[str, ...] = ()
    scenario: Scenario | None = None


class Engine:
    """All worlds of one process."""

    def __init__(
        self,
        defaults: Defaults,
        store: Store,
        media: MediaSink,
        postman: Postman | None = None,
        carrier: Carrier | None = None,
    ) -> None:
        self._defaults = defaults
        self._store = store
        self._realms: OrderedDict[str, Realm] = OrderedDict()
        self.feed = Feed()
        self.steward = Steward(media, postman, carrier)
        self._timekeeper = Timekeeper(self.steward, self.feed)
        self._strays = 0
        self.counted: Counter[tuple[str, int]] = Counter()
        """How many requests there were, by operation and status."""

    @property
    def seed(self) -> int:
        """What all ids and all chance are derived from."""
        return self._defaults.seed

    @property
    def credentials(self) -> tuple[tuple[str, str], ...]:
        """Who may call where no world is concerned; nobody is turned away where none are set."""
        return self._defaults.credentials

    @property
    def profile(self) -> Profile:
        """Which edition speaks where no world is concerned."""
        return self._defaults.policy.profile

    @property
    def postman(self) -> Postman:
        """Who posts the notifications of all worlds."""
        return self.steward.postman

    def stray_id(self) -> str:
        """A request id for an answer that belongs to no world."""
        self._strays += 1
        return new_id(self._defaults.seed, "request", "", self._strays)

    def known(self, app_id: str) -> Realm | None:
        """The world of this App ID, if it has been made."""
        return self._realms.get(app_id)

    def realms(self) -> tuple[Realm, ...]:
        """Every world, the most recently made last."""
        return tuple(self._realms.values())

    def admits(self, app_id: str) -> bool:
        """Whether the service knows this App ID: 32 lower-case hex digits, or a registered one."""
        return _APP_ID.fullmatch(app_id) is not None or app_id in self._defaults.apps

    def realm(self, app_id: str) -> Realm:
        """The world of this App ID, made at first use."""
        realm = self._realms.get(app_id)
        return realm if realm is not None else self._make(app_id)

    async def do(self, realm: Realm, command: Command) -> Answer:
        """Obey a command at the present moment; a stop that waits is answered when it has."""
        if realm.late:
            self.steward.catch_up(realm)
        world, answer, outgoing = realm.world.obey(command, realm.now())
        self.steward.keep(realm, world, outgoing)
        if isinstance(answer, Awaiting):
            return await self._timekeeper.wait(realm, answer)
        return answer

    def draw(self, realm: Realm, occasion: Occasion) -> Rule | None:
        """The rule that fires at this call, if any; what is due by now has happened before."""
        if realm.late:
            self._catch_up(realm)
        realm.world, rule = draw(realm.world, occasion, realm.now())
        if rule is not None:  # what counts from its firing has its moment now
            self._catch_up(realm)
        return rule

    async def spend(self, realm: Realm, span: Millis) -> None:
        """Return when so much time has passed here: on a clock that stands by moving it."""
        await self._timekeeper.spend(realm, span)

    def within_rate(self, realm: Realm) -> bool:
        """Count a request against the rate limit of its world."""
        realm.world, admitted = realm.world.admit(realm.shown())
        return admitted

    async def advance(
        self,
        realm: Realm,
        to: Millis,
        reached: Reached | None = None,
        wanted: Wanted | None = None,
    ) -> tuple[list[Entry], bool]:
        """Move the clock to `to`, or only to the first happening that is `reached`.

        It goes no further once nobody wants it any more, which it asks at each stride. Returns what
        the journal says of that time, after all of it was carried out, and whether it was reached,
        by this move or by whatever else came meanwhile.
        """
        return await self._timekeeper.advance(realm, to, reached, wanted)

    def set_clock(self, realm: Realm, mode: ClockMode, rate: float) -> None:
        """Let the clock run in another way from now on."""
        self._catch_up(realm)
        realm.clock.follow(mode, rate)
        realm.clock_moved(realm.now())
        realm.set_alarm()

    def set_policy(self, realm: Realm, policy: Policy) -> None:
        """Let the world behave in another way from now on; recordings keep their delays."""
        self._catch_up(realm)
        realm.world = replace(realm.world, policy=policy)

    def put_on(self, realm: Realm, scenario: Scenario) -> None:
        """Play this scenario from now on, in place of the one before."""
        from mockrec.theatre import put_on, wind

        self._catch_up(realm)
        wind(realm, scenario)
        self._catch_up(realm)
        put_on(realm, scenario)
        self._catch_up(realm)

    def take_off(self, realm: Realm) -> None:
        """Play no scenario any more."""
        from mockrec.theatre import take_off

        take_off(realm)

    async def fetch(self, realm: Realm, bucket: str, key: str) -> tuple[Filed, bytes] | None:
        """A file of this world, from wherever it lies."""
        return await self.steward.fetch(realm, bucket, key)

    async def reset(self, app_id: str) -> dict[str, int]:
        """Forget the world and its files, and say what there was."""
        realm = self._realms.pop(app_id, None)
        if realm is None:
            return {"recordings": 0, "resources": 0, "timers": 0, "entries": 0, "files": 0}
        realm.close()
        recordings = realm.world.recordings
        return {
            "recordings": len(recordings),
            "resources": len(realm.world.resources),
            "timers": sum(len(recording.agenda) for recording in recordings.values()),
            "entries": len(realm.journal),
            "files": self.steward.clear(realm),
        }

    async def close(self) -> None:
        """End all timers and waiting, with the files of what has happened written."""
        for realm in self.realms():
            await self.steward.carry(realm)
            realm.close()
        await self.steward.postman.close()

    def _catch_up(self, realm: Realm) -> None:
        """What is due by now has happened, however long it takes."""
        self.steward.catch_up(realm)
        self.steward.keep(realm, *realm.world.pass_time(realm.now()))

    def _make(self, app_id: str) -> Realm:
        defaults = self._defaults
        clock = Clock(defaults.clock_mode, defaults.clock_rate, defaults.start_at)
        world = World(app_id, defaults.seed, clock.now(), defaults.policy)
        realm = Realm(
            world,
            clock,
            Shelf(self._store),
            Journal(app_id, self.feed),
            self._timekeeper.ring,
            credentials=defaults.credentials,
            call_prefix=new_id(defaults.seed, "request", app_id, 0)[:20],
        )
        if len(self._realms) >= MOST_WORLDS:
            idle = next((one for one in self._realms.values() if not one.world.live), None)
            if idle is not None:
                self._realms.pop(idle.app_id).close()
        self._realms[app_id] = realm
        if defaults.scenario is not None:
            self.put_on(realm, defaults.scenario)
        return realm
