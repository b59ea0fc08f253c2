"""Tasks, rooms, signals and whole stories: drawn at random, but such as could be asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from hypothesis import strategies as st

from mockrec.domain.advance import advance, begin, react
from mockrec.domain.changes import (
    BreakBucket,
    BreakOutput,
    Change,
    ExhaustCapacity,
    ExpireToken,
    FailOver,
    Kick,
    PreventJoin,
    SetPage,
    SuspendAccount,
)
from mockrec.domain.channel import BOTH, Codec, Medium, Role, User, Users
from mockrec.domain.conditions import FAIR, BucketFault, Hindrance, PageFate
from mockrec.domain.events import Event
from mockrec.domain.layout import Arrangement, Layout
from mockrec.domain.policy import Policy
from mockrec.domain.signals import (
    ChangeHold,
    ChangeLayout,
    ChangeOutputs,
    ChangeStorage,
    ChangeSubscription,
    CrashPage,
    LoseServer,
    LoseToken,
    ReloadPage,
    SawConditions,
    SawUsers,
    Signal,
    StartedAgain,
    StopRecording,
    ThrowOut,
)
from mockrec.domain.subscription import (
    Everyone,
    Except,
    Only,
    Selection,
    Subscription,
    subscription,
)
from mockrec.domain.task import (
    Canvas,
    ChannelType,
    Mode,
    Page,
    Storage,
    StreamMode,
    Task,
    Vod,
)
from mockrec.domain.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockrec.domain.moments import Millis
    from mockrec.domain.recording import Recording

EPOCH: Final[Millis] = 1_782_896_400_000
APP_ID: Final = "a" * 32
RECORDER: Final = 99
"""The uid of every recorder: no user has it, but for those who come to kick it."""
FOREVER: Final[Millis] = 120_000
"""Longer than any idle clock and any upload drawn here."""

# Spans of time: any, and those at which the delays of the model meet.
SPANS = st.integers(0, 40_000) | st.sampled_from([0, 1, 2_500, 14_999, 15_000, 15_001, 30_000])

# Until the stop: mostly long enough for something to be recorded.
LAST = st.integers(10_000, 40_000) | st.integers(10_000, 40_000) | SPANS

TIMINGS = st.just(Timing()) | st.builds(
    Timing,
    initialised=st.integers(0, 2_000),
    uploader_ready=st.integers(0, 2_000),
    recorder_ready=st.integers(0, 4_000),
    first_media=st.integers(0, 6_000),
    web_ready=st.integers(0, 8_000),
    registered=st.integers(0, 10_000),
    slice=st.integers(4_000, 20_000),
    grace=st.integers(0, 5_000) | st.integers(0, 20_000),
    upload=st.integers(0, 30_000),
    settle=st.integers(0, 2_000),
    mp4=st.integers(1, 60_000),
    progress=st.integers(5_000, 90_000),
    rtmp_connect=st.integers(0, 3_000),
    rtmp_retry=st.integers(0, 8_000),
    stop_limit=st.integers(0, 30_000),
    resource=st.integers(10_000, 300_000),
    blackout=st.integers(0, 40_000),
    start_timeout=st.integers(0, 40_000),
    slow_upload=st.integers(0, 40_000),
)

STORAGES = st.builds(
    Storage,
    vendor=st.integers(0, 3),
    region=st.integers(0, 3),
    bucket=st.sampled_from(["one", "other"]),
    access_key=st.just("key"),
    secret_key=st.just("secret"),
)

# Few uids, so that the same users mute, leave and return.
UIDS = st.integers(1, 5)

AUDIO, VIDEO = (frozenset({medium}) for medium in Medium)
SILENT: frozenset[Medium] = frozenset()
PUBLISHED = st.sampled_from([BOTH, BOTH, AUDIO, VIDEO, SILENT])
WIDTHS = st.sampled_from([640, 360])

USERS = st.builds(User, uid=UIDS) | st.builds(
    User,
    uid=UIDS,
    publishes=PUBLISHED,
    role=st.just(Role.HOST) | st.sampled_from(Role),
    codec=st.sampled_from(Codec),
    width=WIDTHS,
)


def room(users: list[User]) -> Users:
    """These users, who joined in this order."""
    return Users({user.uid: replace(user, order=order) for order, user in enumerate(users)})


ROOMS = st.lists(USERS, unique_by=lambda user: user.uid, min_size=1, max_size=4).map(room)


@st.composite
def moves(draw: st.DrawFn, users: Users) -> Users:
    """The room after one user came, went, or changed what he sends."""
    uid = draw(st.sampled_from(sorted(users)) | UIDS) if users else draw(UIDS)
    user = users.get(uid)
    if user is None:
        last = max((known.order for known in users.values()), default=0)
        return users.set(uid, replace(draw(USERS), uid=uid, order=last + 1))
    if not draw(st.integers(0, 2)):
        return users.delete(uid)
    changed = replace(
        user,
        publishes=draw(PUBLISHED),
        codec=draw(st.sampled_from(Codec)),
        width=draw(WIDTHS),
        role=draw(st.just(user.role) | st.sampled_from(Role)),
    )
    return users.set(uid, changed)


UID_SETS = st.frozensets(UIDS, max_size=3)
SELECTIONS: st.SearchStrategy[Selection] = st.one_of(
    st.just(Everyone()), st.builds(Only, UID_SETS), st.builds(Except, UID_SETS)
)


@st.composite
def subscriptions(draw: st.DrawFn, media: frozenset[Medium]) -> Subscription:
    """What a request's lists may mean where these media are recorded; most often: everyone."""
    if draw(st.integers(0, 2)):
        return subscription(None, None, media=media)
    audio = draw(st.none() | SELECTIONS) if Medium.AUDIO in media else None
    video = draw(st.none() | SELECTIONS) if Medium.VIDEO in media else None
    return subscription(audio, video, media=media)


URLS = st.lists(st.sampled_from(["rtmp://a", "rtmp://b"]), unique=True, max_size=2).map(tuple)
LAYOUTS = st.builds(Layout, arrangement=st.sampled_from([*Arrangement][:3]))
MEDIA = st.sampled_from([BOTH, BOTH, BOTH, BOTH, AUDIO, VIDEO])
STREAM_MODES = st.sampled_from([*StreamMode, StreamMode.DEFAULT, StreamMode.STANDARD])


OF_A_CHANNEL = st.sampled_from([Mode.INDIVIDUAL, Mode.MIX])
MODES = st.sampled_from(
    [Mode.INDIVIDUAL, Mode.INDIVIDUAL, Mode.INDIVIDUAL, Mode.MIX, Mode.MIX, Mode.WEB]
)


@st.composite
def tasks(draw: st.DrawFn, modes: st.SearchStrategy[Mode] = MODES) -> Task:
    """A task as the rules of the three modes admit it."""
    plain = Task(
        app_id=APP_ID,
        sid="5" * 32,
        resource_id="",
        number=0,
        cname="room",
        uid=RECORDER,
        mode=draw(modes),
        started=EPOCH,
        timing=draw(TIMINGS),
        storage=draw(STORAGES),
    )
    match plain.mode:
        case Mode.INDIVIDUAL:
            return _individual(draw, plain)
        case Mode.MIX:
            return _mix(draw, plain)
        case Mode.WEB:
            return _web(draw, plain)


def _individual(draw: st.DrawFn, plain: Task) -> Task:
    stream_mode = draw(STREAM_MODES)
    media = AUDIO if stream_mode is StreamMode.ORIGINAL else draw(MEDIA)
    pictures = Medium.VIDEO in media and draw(st.booleans())
    return replace(
        _of_a_channel(draw, plain, media),
        stream_mode=stream_mode,
        uid_group=draw(st.integers(0, 5)),
        records=not pictures or draw(st.booleans()),
        snapshot_every=draw(st.integers(1_000, 20_000)) if pictures else None,
    )


def _mix(draw: st.DrawFn, plain: Task) -> Task:
    vod = draw(st.none() | st.just(Vod("lecture")))
    return replace(
        _of_a_channel(draw, plain, draw(MEDIA)),
        canvas=draw(st.sampled_from([Canvas(), Canvas(640, 360)])),
        layout=draw(LAYOUTS),
        mp4=draw(st.booleans()),
        vod=vod,
        storage=None if vod else plain.storage,
    )


def _of_a_channel(draw: st.DrawFn, plain: Task, media: frozenset[Medium]) -> Task:
    return replace(
        plain,
        media=media,
        subscription=draw(subscriptions(media)),
        channel_type=draw(st.sampled_from(ChannelType)),
        max_idle=draw(st.integers(5_000, 40_000)),
    )


def _web(draw: st.DrawFn, plain: Task) -> Task:
    page = Page(
        "https://example.org/",
        1280,
        720,
        max_hours=draw(st.integers(1, 3)),
        part=draw(st.integers(5_000, 60_000)),
        on_hold=draw(st.booleans()),
        ready_timeout=draw(st.just(0) | st.integers(1, 15_000)),
    )
    return replace(
        plain, scene=1, page=page, outputs=draw(st.none() | URLS), mp4=draw(st.booleans())
    )


def orders(task: Task) -> st.SearchStrategy[Signal]:
    """What the calls may tell a recording of this task, short of a stop."""
    always = [st.builds(ChangeStorage, STORAGES), st.just(StartedAgain())]
    if task.mode is Mode.WEB:
        hold = st.builds(ChangeHold, st.booleans())
        return st.one_of(hold, hold, st.builds(ChangeOutputs, URLS), *always)
    subscribed = st.builds(ChangeSubscription, subscriptions(task.media))
    if task.mode is Mode.MIX:
        return st.one_of(subscribed, st.builds(ChangeLayout, LAYOUTS), *always)
    return st.one_of(subscribed, *always)


# What befalls a recording, whatever its mode.
BLACKOUTS = st.none() | st.integers(0, 40_000)
FATES = st.sampled_from([PageFate.LOADS, PageFate.TIMES_OUT, PageFate.LOADS, *PageFate][:-2])
BLOWS: st.SearchStrategy[Signal] = st.one_of(
    st.builds(LoseServer, BLACKOUTS),
    st.builds(LoseServer, BLACKOUTS),
    st.builds(
        lambda hindrance: SawConditions(FAIR.with_join(None, hindrance)),
        st.none() | st.none() | st.sampled_from(Hindrance),
    ),
    st.builds(lambda fate: SawConditions(FAIR.with_page(None, fate)), FATES),
    st.builds(
        lambda url, broken: SawConditions(FAIR.with_output(url, broken=broken)),
        st.sampled_from([None, "rtmp://a", "rtmp://b"]),
        st.booleans(),
    ),
    st.sampled_from([ThrowOut(), LoseToken(), CrashPage(), ReloadPage(), ReloadPage()]),
)


E = TypeVar("E", bound=Event)


def told(events: Iterable[Event], kind: type[E]) -> list[E]:
    """What happened of this kind."""
    return [event for event in events if isinstance(event, kind)]


@dataclass(frozen=True)
class Story:
    """A task, who is there at its start, and what it is told when; then it is stopped."""

    task: Task
    users: Users
    told: tuple[tuple[Millis, Signal], ...]
    """Each signal with its moment, the moments rising."""
    stop: Millis

    def play(self, *looks: Millis) -> tuple[Recording, tuple[Event, ...]]:
        """The recording as it stands when it is stopped, and what happened before.

        At each of the looks it is advanced for no other reason than to look.
        """
        recording, events = begin(self.task, self.users)
        stops: list[tuple[Millis, Signal | None]] = [*self.told, (self.stop, None)]
        for at, signal in stops:
            for look in sorted(look for look in looks if recording.now <= look <= at):
                recording, seen = advance(recording, look)
                events += seen
            recording, seen = react(recording, signal, at) if signal else advance(recording, at)
            events += seen
        return recording, events

    def play_out(self) -> tuple[Recording, tuple[Event, ...]]:
        """The same, from the start to the goodbye."""
        recording, events = self.play()
        recording, at_the_end = react(recording, StopRecording(), self.stop)
        recording, after = advance(recording, self.stop + FOREVER)
        return recording, events + at_the_end + after


KICKED = 25
"""In one of so many steps a user comes who has the uid of the recorder."""

STRUCK = 8
"""In one of a little more than so many steps something befalls it."""


@st.composite
def stories(
    draw: st.DrawFn,
    modes: st.SearchStrategy[Mode] = MODES,
    blows: st.SearchStrategy[Signal] | None = BLOWS,
) -> Story:
    """A recording's life up to its stop: users come, go and change, and calls give orders.

    Now and then something befalls it, unless nothing is to.
    """
    task = draw(tasks(modes))
    at, users = EPOCH, draw(ROOMS)
    told: list[tuple[Millis, Signal]] = []
    story = Story(task, users, (), at)
    for gap in draw(st.lists(SPANS, min_size=3, max_size=10)):
        at += gap
        if blows is not None and not draw(st.integers(0, STRUCK)):
            told.append((at, draw(blows)))
        elif task.mode is Mode.WEB or not draw(st.integers(0, 3)):
            told.append((at, draw(orders(task))))
        elif draw(st.integers(1, KICKED)) == KICKED:
            told.append((at, SawUsers(users.set(RECORDER, User(RECORDER)))))
        else:
            users = draw(moves(users))
            told.append((at, SawUsers(users)))
    return replace(story, told=tuple(told), stop=at + draw(LAST))


FAULTS = st.none() | st.sampled_from(BucketFault)
BUCKETS = st.sampled_from([None, "one", "other"])
BROKEN: st.SearchStrategy[Signal] = st.builds(
    lambda bucket, fault: SawConditions(FAIR.with_bucket(bucket, fault)), BUCKETS, FAULTS
)
"""A bucket breaks, or is mended."""

CHANNELS = st.sampled_from([None, "room", "hall"])

CHANGES: st.SearchStrategy[Change] = st.one_of(
    st.builds(FailOver, BLACKOUTS, CHANNELS),
    st.builds(BreakBucket, FAULTS, BUCKETS),
    st.builds(Kick, CHANNELS, st.none() | st.integers(90, 95)),
    st.builds(ExpireToken, CHANNELS),
    st.builds(SetPage, st.sampled_from(PageFate), CHANNELS),
    st.builds(BreakOutput, st.sampled_from([None, "rtmp://a", "rtmp://b"]), st.booleans()),
    st.builds(SuspendAccount, st.sampled_from([False, False, True])),
    st.builds(ExhaustCapacity, st.sampled_from([False, False, True])),
    st.builds(PreventJoin, st.none() | st.sampled_from(Hindrance), CHANNELS),
)
"""What befalls a world."""


POLICIES = st.builds(
    Policy,
    strict=st.sampled_from([False, False, True]),
    pcw=st.none() | st.integers(1, 6),
    audience=st.integers(0, 3),
    timing=TIMINGS,
)
