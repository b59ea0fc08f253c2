"""What is not taken is tried again, on the world's clock, under the same id; and then given up."""

from __future__ import annotations

from typing import Any

import pytest

from mockrec.domain import posting
from mockrec.domain.delivery import MOST_OWED
from tests.api.service import EPOCH, Service, World, wrong
from tests.notify.receivers import Answer, Arrival, Receiver, nobody

UPLOADER_READY = 800
"""When notification 30 falls due, the first of all."""


@pytest.fixture
async def world(service: Service, receiver: Receiver) -> World:
    """A world that notifies of 30 only, so once a recording."""
    one = service.world()
    await one.put("/callback", url=receiver.url, secret=receiver.secret, events=[30])
    return one


async def letter(world: World) -> Any:
    """The only notification of the ledger."""
    (found,) = (await world.get("/notifications"))["notifications"]
    return found


async def verdicts(world: World) -> list[str]:
    """What became of each notification."""
    return [one["verdict"] for one in (await world.get("/notifications"))["notifications"]]


def moments(arrivals: list[Arrival]) -> list[int]:
    """When each attempt was made, counted from the beginning of the world."""
    return [arrival.at - EPOCH for arrival in arrivals]


# --- the gaps ----------------------------------------------------------------------------------


async def test_it_is_tried_at_once_then_after_two_then_after_five_seconds(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500)
    await world.record()

    await world.advance("1m")

    assert moments(receiver.arrivals) == [800, 800, 2_800, 7_800]


async def test_each_attempt_is_made_when_it_is_due_and_not_before(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500)
    await world.record()

    for span, count in (("799ms", 0), ("1ms", 2), ("1999ms", 2), ("1ms", 3), ("4999ms", 3)):
        await world.advance(span)
        assert len(receiver.arrivals) == count
    await world.advance("1ms")
    assert len(receiver.arrivals) == 4
    await world.advance("1m")
    assert len(receiver.arrivals) == 4


async def test_the_id_is_kept_and_the_moment_renewed_and_nothing_else_changes(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500)
    await world.record()

    await world.advance("1m")

    bodies = [arrival.body for arrival in receiver.arrivals]
    assert len({body["noticeId"] for body in bodies}) == 1
    assert [body.pop("notifyMs") - EPOCH for body in bodies] == [800, 800, 2_800, 7_800]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["payload"]["sendts"] == EPOCH + UPLOADER_READY


async def test_every_attempt_is_signed_anew(world: World, receiver: Receiver) -> None:
    receiver.usual = Answer(500)
    await world.record()

    await world.advance("1m")

    assert len({arrival.headers["Agora-Signature"] for arrival in receiver.arrivals}) == 3
    assert not receiver.forged


async def test_the_gaps_can_be_set(world: World, receiver: Receiver) -> None:
    receiver.usual = Answer(500)
    await world.put("/callback", retry=["20s"])
    await world.record()

    await world.advance("1m")

    assert moments(receiver.arrivals) == [800, 20_800]


async def test_without_gaps_there_is_one_attempt(world: World, receiver: Receiver) -> None:
    receiver.usual = Answer(500)
    await world.put("/callback", retry=[])
    await world.record()

    await world.advance("1m")

    assert moments(receiver.arrivals) == [800]
    assert (await letter(world))["verdict"] == "given up"


async def test_while_time_runs_by_itself_the_gaps_are_real(
    service: Service, world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500)
    time = service.real_time()
    session = await world.record()
    for second, count in ((1, 2), (2.9, 2), (3.1, 3), (8.2, 4), (60, 4)):
        time.seconds = second
        await world.query(session)
        await receiver.until(count)
        await world.advance("0s")
        assert len(receiver.arrivals) == count


# --- the end -----------------------------------------------------------------------------------


async def test_after_one_attempt_and_three_more_it_is_given_up(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(503, "no")
    session = await world.record()
    await world.advance("1m")

    found = await letter(world)
    (entry,) = await world.journal("kind=notification")

    assert found["verdict"] == "given up"
    assert [one["number"] for one in found["attempts"]] == [1, 2, 3, 4]
    assert [one["at"] - EPOCH for one in found["attempts"]] == moments(receiver.arrivals)
    assert {(one["status"], one["problem"], one["answer"]) for one in found["attempts"]} == {
        (503, "answered 503", "no")
    }
    assert (entry["event"], entry["at"], entry["sid"]) == ("GivenUp", EPOCH + 7_800, session.sid)
    assert entry["details"] == {
        "id": receiver.arrivals[0].id,
        "attempts": 4,
        "why": "answered 503",
    }


async def test_what_is_taken_in_the_end_was_delivered(world: World, receiver: Receiver) -> None:
    receiver.script(500, 204, 301, 200)
    await world.record()
    await world.advance("1m")

    found = await letter(world)

    assert found["verdict"] == "delivered"
    assert [one["status"] for one in found["attempts"]] == [500, 204, 301, 200]
    (entry,) = await world.journal("kind=notification")
    assert entry["details"] == {"id": found["notice_id"], "attempts": 4}


async def test_while_it_may_still_be_taken_it_waits(world: World, receiver: Receiver) -> None:
    receiver.usual = Answer(500)
    await world.record()

    await world.advance("3s")

    assert (await letter(world))["verdict"] == "waiting"
    assert await world.journal("kind=notification") == []


@pytest.mark.parametrize("status", [201, 202, 204, 206, 301, 304, 400, 401, 404, 429, 500, 503])
async def test_any_status_but_200_is_a_failure(
    world: World, receiver: Receiver, status: int
) -> None:
    receiver.script(Answer(status, "" if status in {204, 304} else "no"))
    await world.record()

    await world.advance("1s")

    assert [one["status"] for one in (await letter(world))["attempts"]] == [status, 200]
    assert (await letter(world))["attempts"][0]["problem"] == f"answered {status}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(world: World, receiver: Receiver, status: int) -> None:
    elsewhere = Answer(status, "", {"Location": receiver.url + "/elsewhere"})
    receiver.script(elsewhere, elsewhere)
    await world.record()

    await world.advance("1m")

    assert {arrival.path for arrival in receiver.arrivals} == {"/hook"}
    assert [one["status"] for one in (await letter(world))["attempts"]] == [status, status, 200]


@pytest.mark.parametrize("text", ["", "Ok", "<html>", '{"ok": false}', "null"])
async def test_what_a_200_says_does_not_matter(world: World, receiver: Receiver, text: str) -> None:
    receiver.usual = Answer(200, text)
    await world.record()

    await world.advance("1s")

    assert (await letter(world))["verdict"] == "delivered"


async def test_the_ledger_keeps_the_beginning_of_long_answers(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500, "x" * 50_000)
    await world.record()

    await world.advance("1m")

    answers = [one["answer"] for one in (await letter(world))["attempts"]]
    assert {len(answer) for answer in answers} == {512}


async def test_refused_connections_count_as_attempts(world: World) -> None:
    await world.put("/callback", url=nobody())
    await world.record()

    await world.advance("1m")

    found = await letter(world)
    assert [one["status"] for one in found["attempts"]] == [591] * 4
    assert found["verdict"] == "given up"


async def test_one_that_failed_does_not_hold_up_those_after_it(
    world: World, receiver: Receiver
) -> None:
    receiver.script(500, 500)
    await world.put("/callback", events=None)
    await world.record()

    await world.advance("3s")

    first, second = (receiver.arrivals[index].id for index in (0, 2))
    assert receiver.events[:3] == [30, 30, 40]
    assert moments([one for one in receiver.arrivals if one.id == first]) == [800, 800, 2_800]
    assert [one.id for one in receiver.arrivals].count(second) == 1


async def test_the_recording_goes_on_whatever_the_receiver_does(world: World) -> None:
    await world.put("/callback", url=nobody(), events=None)
    session = await world.record()
    await world.advance("30s")

    assert await world.status(session) == 5
    stopped = await world.stop(session)
    assert stopped.status == 200
    assert stopped.body["serverResponse"]["uploadingStatus"] == "uploaded"


# --- too many ----------------------------------------------------------------------------------


async def test_what_does_not_fit_into_the_outbox_is_lost_and_written_down(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_OWED", 2)
    receiver.usual = Answer(500)
    sids = [(await world.record(cname=f"room {number}")).sid for number in range(5)]

    await world.advance("1s")

    lost = await world.journal("kind=notification")
    assert [entry["sid"] for entry in lost] == sids[2:]
    assert {entry["event"] for entry in lost} == {"GivenUp"}
    assert {(one["details"]["attempts"], one["details"]["why"]) for one in lost} == {
        (0, "too many are waiting")
    }
    assert {arrival.payload["sid"] for arrival in receiver.arrivals} == set(sids[:2])
    assert await verdicts(world) == ["waiting", "waiting"]


async def test_once_there_is_room_again_nothing_more_is_lost(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_OWED", 1)
    receiver.script(500, 500)
    await world.record(cname="one")
    await world.record(cname="lost")
    await world.advance("3s")
    receiver.arrivals.clear()

    last = await world.record(cname="last")
    await world.advance("1s")

    assert [arrival.payload["sid"] for arrival in receiver.arrivals] == [last.sid]
    assert [entry["event"] for entry in await world.journal("kind=notification")] == [
        "GivenUp",
        "Delivered",
        "Delivered",
    ]


def test_ten_thousand_may_wait() -> None:
    assert MOST_OWED == 10_000


# --- the callback changes ----------------------------------------------------------------------


@pytest.fixture
async def waiting(world: World, receiver: Receiver) -> Arrival:
    """A notification that has failed twice, and waits for its third attempt."""
    receiver.usual = Answer(500)
    await world.record()
    await world.advance("1s")
    return receiver.arrivals[0]


async def test_what_waits_goes_to_the_new_address_signed_with_the_new_secret(
    world: World, receiver: Receiver, other: Receiver, waiting: Arrival
) -> None:
    await world.put("/callback", url=other.url, secret=other.secret)
    await world.advance("1m")

    assert len(receiver.arrivals) == 2
    (arrival,) = other.arrivals
    assert arrival.id == waiting.id
    assert arrival.signed_with("another secret")
    assert moments([arrival]) == [2_800]


async def test_what_waits_is_given_up_when_nobody_is_called_any_more(
    world: World, receiver: Receiver, waiting: Arrival
) -> None:
    await world.put("/callback", url=None)
    await world.advance("1m")

    (entry,) = await world.journal("kind=notification")
    assert len(receiver.arrivals) == 2
    assert entry["details"]["id"] == waiting.id
    assert entry["details"]["why"] == "nobody is called any more"
    assert await verdicts(world) == ["given up"]


async def test_that_happens_when_it_would_have_been_tried_again(
    world: World, waiting: Arrival
) -> None:
    await world.put("/callback", url=None)
    await world.advance("1m")

    (entry,) = await world.journal("kind=notification")
    assert entry["details"]["id"] == waiting.id
    assert entry["at"] == EPOCH + 2_800


async def test_what_waits_is_given_up_at_its_next_failure_where_patience_was_cut(
    world: World, receiver: Receiver, waiting: Arrival
) -> None:
    await world.put("/callback", retry=["0s"])
    await world.advance("1m")

    assert waiting.id == receiver.arrivals[-1].id
    assert moments(receiver.arrivals) == [800, 800, 2_800]
    assert await verdicts(world) == ["given up"]


async def test_what_waits_is_tried_more_often_where_patience_grew(
    world: World, receiver: Receiver, waiting: Arrival
) -> None:
    await world.put("/callback", retry=["0s", "2s", "5s", "10s"])
    await world.advance("1m")

    assert waiting.id == receiver.arrivals[-1].id
    assert moments(receiver.arrivals) == [800, 800, 2_800, 7_800, 17_800]


async def test_what_waits_is_still_told_when_its_kind_is_no_longer_subscribed_to(
    world: World, receiver: Receiver, waiting: Arrival
) -> None:
    await world.put("/callback", events=[31])
    receiver.usual = Answer()
    await world.advance("1m")

    assert [arrival.id for arrival in receiver.arrivals] == [waiting.id] * 3
    assert await verdicts(world) == ["delivered"]


async def test_what_happens_while_nobody_is_called_is_never_told(
    world: World, receiver: Receiver
) -> None:
    await world.put("/callback", url=None)
    await world.record()
    await world.advance("3s")
    await world.put("/callback", url=receiver.url, events=None)
    await world.advance("20s")

    numbers = [arrival.payload["sequence"] for arrival in receiver.arrivals]
    assert numbers
    assert min(numbers) > 2
    assert numbers == sorted(numbers)


# --- once more ---------------------------------------------------------------------------------


async def test_one_that_was_delivered_can_be_sent_once_more(
    world: World, receiver: Receiver
) -> None:
    await world.record()
    await world.advance("1s")
    await world.advance("9s")

    shown = await world.post(f"/notifications/{receiver.arrivals[0].id}/resend")

    first, second = receiver.arrivals
    assert (first.id, first.payload) == (second.id, second.payload)
    assert moments([first, second]) == [800, 10_000]
    assert [(one["number"], one["at"] - EPOCH) for one in shown["attempts"]] == [
        (1, 800),
        (2, 10_000),
    ]
    assert shown == await letter(world)
    assert shown["bytes"].encode() == second.raw


async def test_one_that_was_given_up_is_delivered_if_it_is_taken_now(
    world: World, receiver: Receiver
) -> None:
    receiver.usual = Answer(500)
    await world.record()
    await world.advance("1m")
    notice = receiver.arrivals[0].id

    assert (await world.post(f"/notifications/{notice}/resend"))["verdict"] == "given up"
    receiver.usual = Answer()
    assert (await world.post(f"/notifications/{notice}/resend"))["verdict"] == "delivered"
    await world.advance("1m")
    assert len(receiver.arrivals) == 6


async def test_one_that_waits_goes_on_trying_and_its_attempts_stay_numbered(
    world: World, waiting: Arrival
) -> None:
    await world.post(f"/notifications/{waiting.id}/resend")
    await world.advance("1m")

    attempts = (await letter(world))["attempts"]
    assert [one["number"] for one in attempts] == [1, 2, 3, 4, 5]
    assert [one["at"] - EPOCH for one in attempts] == [800, 800, 1_000, 2_800, 7_800]


async def test_one_that_nobody_knows_cannot_be_sent(world: World) -> None:
    error, path, _ = wrong(await world.control("POST", "/notifications/nothing/resend"), 404)

    assert error == "no notification 'nothing'"
    assert path == "noticeid"


async def test_nothing_can_be_sent_to_nobody(world: World, receiver: Receiver) -> None:
    await world.record()
    await world.advance("1s")
    await world.put("/callback", url=None)

    reply = await world.control("POST", f"/notifications/{receiver.arrivals[0].id}/resend")

    assert wrong(reply)[0] == "nothing is called back"
    assert len(receiver.arrivals) == 1
