"""A receiver that does as it is told keeps true books, whatever is lost, repeated or shuffled.

What it is told (docs/protocol.md#delivery): the same `noticeId` is the same notification; the
numbers of a sid say what came after what, and what is missing; the first of 31, 32 and 11 is the
end. It knows nothing but bytes; the truth is drawn up from what happened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251  the type only: hypothesis deals
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from mockrec.domain.ids import new_id
from mockrec.domain.notices import (
    BackedUp,
    Notice,
    OutputChanged,
    SessionExited,
    StreamChanged,
    Uploaded,
)
from mockrec.domain.task import Mode, Task
from mockrec.render.envelope import envelope
from mockrec.render.notification import NoticeStyle
from tests.laws.strategies import Story, stories

_MEDIUM: Final = {43: "audio", 44: "video"}
_ENDS: Final = frozenset({31, 32, 11})
_COPIES: Final = (0, 1, 1, 1, 2, 3)
"""How often a notification may arrive."""


@dataclass
class Account:
    """What is known of one recording."""

    numbers: set[int] = field(default_factory=set)
    receiving: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether a user's audio or video arrives, by the latest word."""
    pushes: dict[str, str] = field(default_factory=dict)
    """The state of each RTMP push, by the latest word."""
    files: int | None = None
    endings: int = 0

    @property
    def missing(self) -> set[int]:
        """The numbers that were left out."""
        return set(range(max(self.numbers, default=-1) + 1)) - self.numbers


class Books:
    """The receiver: it takes bodies as they come."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self._known: set[str] = set()
        self._latest: dict[tuple[object, ...], int] = {}

    def take(self, raw: bytes) -> None:
        """Enter a notification, unless it is in the books already."""
        body = json.loads(raw)
        if body["noticeId"] in self._known:
            return
        self._known.add(body["noticeId"])
        payload = body["payload"]
        sid, number, details = payload["sid"], payload["sequence"], payload["details"]
        account = self.accounts.setdefault(sid, Account())
        account.numbers.add(number)
        match body["eventType"]:
            case 43 | 44 as event:
                stream = (details["streamUid"], _MEDIUM[event])
                if self._newer(number, sid, *stream):
                    account.receiving[stream] = details["state"] == 0
            case 100:
                if self._newer(number, sid, details["rtmpUrl"]):
                    account.pushes[details["rtmpUrl"]] = details["status"]
            case event if event in _ENDS:
                account.endings = 1
                if "fileList" in details:
                    account.files = len(details["fileList"])

    def _newer(self, number: int, *what: object) -> bool:
        """Whether this is the latest word on something, by its number."""
        latest = self._latest.get(what, -1)
        self._latest[what] = max(number, latest)
        return number > latest


def truth(task: Task, notices: list[Notice]) -> Account:
    """What these notices of one recording come to, in the order in which they happened."""
    account = Account(numbers={notice.sequence for notice in notices})
    for notice in notices:
        match notice:
            case StreamChanged(uid=uid, medium=medium, receiving=receiving):
                account.receiving[str(uid), str(medium)] = receiving
            case OutputChanged(url=url, state=state):
                account.pushes[url] = str(state)
            case Uploaded(files=files) | BackedUp(files=files):
                account.endings = 1
                if task.mode is not Mode.WEB and task.records:
                    account.files = len(files)
            case SessionExited():
                account.endings = 1
    return account


@dataclass(frozen=True)
class Told:
    """One notice of one recording."""

    task: Task
    notice: Notice

    def sent(self, attempt: int) -> bytes:
        """Its bytes at one of its attempts."""
        return envelope(
            self.task,
            self.notice,
            notice_id=new_id(0, "notice", self.task.sid, self.notice.sequence),
            notify_ms=self.notice.at + attempt * 1_000,
            options=NoticeStyle(),
        )


def history(number: int, story: Story) -> list[Told]:
    """All that the outside is told of a recording, from its start to its goodbye."""
    task = replace(story.task, sid=f"{number:032x}")
    _, events = replace(story, task=task).play_out()
    return [Told(task, event) for event in events if isinstance(event, Notice)]


def histories_of(each: st.SearchStrategy[Story]) -> st.SearchStrategy[list[list[Told]]]:
    """Some recordings of one world."""
    return st.lists(each, min_size=1, max_size=3).map(
        lambda some: [history(number, story) for number, story in enumerate(some)]
    )


HISTORIES = histories_of(stories())
UNDISTURBED = histories_of(stories(blows=None))
"""Where no server dies: one that does says nothing of its streams."""


@given(HISTORIES, st.randoms(use_true_random=False))
def test_books_are_true_whatever_is_lost_repeated_or_shuffled(
    histories: list[list[Told]], chance: Random
) -> None:
    copies = [(one, chance.choice(_COPIES)) for told in histories for one in told]
    post = [one.sent(attempt) for one, count in copies for attempt in range(count)]
    chance.shuffle(post)
    books = Books()

    for raw in post:
        books.take(raw)

    arrived = {(one.task.sid, one.notice.sequence) for one, count in copies if count}
    for told in histories:
        sid = told[0].task.sid
        left = [one.notice for one in told if (sid, one.notice.sequence) in arrived]
        account = books.accounts.get(sid, Account())
        assert account == truth(told[0].task, left)
        lost = {one.notice.sequence for one in told} - account.numbers
        latest = max(account.numbers, default=-1)
        assert account.missing == {number for number in lost if number < latest}


@given(UNDISTURBED, st.randoms(use_true_random=False))
def test_where_nothing_is_lost_nothing_is_missing_and_all_have_ended(
    histories: list[list[Told]], chance: Random
) -> None:
    post: list[bytes] = [one.sent(0) for told in histories for one in told] * 2
    chance.shuffle(post)
    books = Books()

    for raw in post:
        books.take(raw)

    for told in histories:
        account = books.accounts[told[0].task.sid]
        assert account.numbers == set(range(len(told)))
        assert account.missing == set()
        assert account.endings == 1
        assert not any(account.receiving.values()), "nothing is received any more at the end"
