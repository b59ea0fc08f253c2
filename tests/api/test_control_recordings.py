"""Recordings as the control plane shows them: in a line, in full, and explained."""

import pytest

from tests.api.service import EPOCH, OTHER, PAGE, Service, World, done, wrong

STATUS = "(docs/protocol.md#status)."


async def explained(world: World, sid: str) -> str:
    """What is said of a recording."""
    text: str = (await world.get(f"/recordings/{sid}"))["explanation"]
    return text


# --- listed ------------------------------------------------------------------------------------


async def test_at_first_there_are_none(world: World) -> None:
    assert await world.get("/recordings") == {"recordings": []}


async def test_recordings_are_listed_in_the_order_of_their_starts(world: World) -> None:
    sessions = [await world.record(cname=f"room-{number}") for number in range(12)]

    listed = (await world.get("/recordings"))["recordings"]

    assert [each["sid"] for each in listed] == [session.sid for session in sessions]
    assert listed[0] == {
        "sid": sessions[0].sid,
        "cname": "room-0",
        "uid": "527841",
        "mode": "individual",
        "status": 1,
        "started": EPOCH,
        "ending": None,
    }


async def test_one_that_has_ended_is_listed_with_its_ending(world: World) -> None:
    session = await world.record()
    await world.advance("30s")
    await world.stop(session)

    listed = (await world.get("/recordings"))["recordings"]

    assert [(each["status"], each["ending"]) for each in listed] == [(8, "stopped")]


# --- in full -----------------------------------------------------------------------------------


async def test_a_recording_is_shown_with_its_history(world: World) -> None:
    session = await world.record()
    await world.advance("30s")
    await world.stop(session)

    shown = await world.get(f"/recordings/{session.sid}")

    assert [(turn["at"] - EPOCH, turn["status"]) for turn in shown["history"]] == [
        (0, 1),
        (500, 2),
        (800, 3),
        (1_500, 4),
        (18_319, 5),
        (30_000, 6),
        (30_800, 7),
        (31_200, 8),
    ]
    assert shown["history"][-1]["because"] == "the task has exited: stopped"
    assert shown["resource_id"] == session.resource_id
    assert shown["slices"]["cut"] == shown["slices"]["arrived"] > 0
    assert shown["next_due"] is None


async def test_its_files_are_those_that_a_stop_lists(world: World) -> None:
    session = await world.record()
    await world.advance("30s")
    stopped = done(await world.stop(session))["serverResponse"]["fileList"]

    shown = (await world.get(f"/recordings/{session.sid}"))["files"]

    assert {file["key"] for file in shown} == {file["fileName"] for file in stopped}
    assert {(file["bucket"], file["kind"]) for file in shown} == {("bucket", "playlist")}


@pytest.mark.parametrize(
    ("lists", "audio", "video"),
    [
        ({}, {"all": True}, {"all": True}),
        ({"subscribeAudioUids": ["2", "1"]}, {"only": ["1", "2"]}, {"only": []}),
        ({"unSubscribeVideoUids": ["7"]}, {"only": []}, {"all_but": ["7"]}),
        ({"subscribeAudioUids": ["#allstream#"]}, {"all": True}, {"only": []}),
    ],
)
async def test_whom_it_listens_to(
    world: World, lists: dict[str, object], audio: object, video: object
) -> None:
    session = await world.record(recordingConfig={"channelType": 0, **lists})

    shown = await world.get(f"/recordings/{session.sid}")

    assert shown["subscription"] == {"audio": audio, "video": video}


async def test_a_mixed_recording_shows_where_everybody_stands(world: World) -> None:
    await world.join(101)
    await world.join(102)
    session = await world.record("mix")
    await world.advance("10s")
    await world.update_layout(session, mixedVideoLayout=1, backgroundColor="#00FF00")

    layout = (await world.get(f"/recordings/{session.sid}"))["layout"]

    assert (layout["arrangement"], layout["background_color"]) == (1, "#00FF00")
    assert [region["uid"] for region in layout["regions"]] == ["101", "102"]
    assert all(0 <= region["x"] <= 1 for region in layout["regions"])


async def test_only_a_mixed_recording_has_a_layout(world: World) -> None:
    session = await world.record()

    assert (await world.get(f"/recordings/{session.sid}"))["layout"] is None


async def test_a_web_recording_shows_whither_it_is_pushed(world: World) -> None:
    address = "rtmp://example.org/live/1"
    push = {
        "serviceName": "rtmp_publish_service",
        "serviceParam": {"outputs": [{"rtmpUrl": address}]},
    }
    session = await world.record("web", extensionServiceConfig={"extensionServices": [PAGE, push]})
    await world.advance("10s")

    shown = await world.get(f"/recordings/{session.sid}")

    assert shown["outputs"] == {"rtmp://example.org/***": "publishing"}
    assert shown["on_hold"] is False


# --- explained ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "beginning"),
    [
        ("0s", "Status 1 since 2026-01-01T00:00:00.000Z: start was accepted "),
        ("500ms", "Status 2 since 2026-01-01T00:00:00.500Z: the components start "),
        ("800ms", "Status 3 since 2026-01-01T00:00:00.800Z: the uploader is ready "),
        ("20s", "Status 5 since 2026-01-01T00:00:18.319Z: the first file "),
    ],
)
async def test_a_recording_that_gets_on(world: World, after: str, beginning: str) -> None:
    session = await world.record()
    await world.advance(after)

    explanation = await explained(world, session.sid)

    assert explanation.startswith(beginning)
    assert explanation.endswith(STATUS)


async def test_a_recording_in_an_empty_channel(world: World) -> None:
    await world.put("/settings", audience=0)
    session = await world.record(recordingConfig={"maxIdleTime": 60})
    await world.advance("11500ms")

    assert await explained(world, session.sid) == (
        f"Status 4 since 2026-01-01T00:00:01.500Z: the recorder joined the channel {STATUS}"
        " Nobody is in the channel, so nothing is recorded and the status stays 4."
        " It exits in 50s unless anybody joins (docs/protocol.md#idle)."
    )


async def test_a_live_recording_waits_for_a_host(world: World) -> None:
    await world.join(101, role="audience")
    session = await world.record(recordingConfig={"channelType": 1, "maxIdleTime": 3_600})
    await world.advance("1500ms")

    assert (await explained(world, session.sid)).endswith(
        "Nobody sends what it hears, so nothing is recorded and the status stays 4."
        " It exits in 1h 0m 0s unless a host joins (docs/protocol.md#idle)."
    )


async def test_a_recording_of_the_silent(world: World) -> None:
    await world.join(101, publishes=[])
    session = await world.record()
    await world.advance("10s")

    assert (await explained(world, session.sid)).endswith(
        "Nobody sends what it hears, so nothing is recorded and the status stays 4."
    )


async def test_a_recording_whose_files_are_on_their_way(world: World) -> None:
    session = await world.record()
    await world.advance("30s")
    await world.stop(session, async_stop=True)

    assert await explained(world, session.sid) == (
        f"Status 6 since 2026-01-01T00:00:30.000Z: the end has come: stopped {STATUS}"
        " Files on their way to the bucket: 4."
    )


async def test_a_page_on_hold(world: World) -> None:
    session = await world.record("web")
    await world.advance("10s")
    await world.update(session, webRecordingConfig={"onhold": True})

    assert "The page is on hold: no slices are made." in await explained(world, session.sid)


async def test_a_recording_that_is_over(world: World) -> None:
    session = await world.record()
    await world.advance("30s")
    await world.stop(session)

    assert await explained(world, session.sid) == (
        f"Status 8 since 2026-01-01T00:00:31.200Z: the task has exited: stopped {STATUS}"
    )


async def test_a_recording_that_is_over_and_has_nothing(world: World) -> None:
    session = await world.record()
    await world.stop(session)

    assert (await explained(world, session.sid)).endswith(
        "Nothing was recorded: stopped 0s after the start: the recorder had not joined yet,"
        " which takes 1.5s."
    )


async def test_a_recorder_that_was_kicked_out(world: World) -> None:
    session = await world.record()
    await world.advance("10s")
    await world.join(int(session.uid))
    await world.advance("10s")

    assert "the task has exited: kicked out of the channel" in await explained(world, session.sid)


# --- unknown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sid", ["0" * 32, "null", "%2F", "x" * 500])
async def test_a_sid_that_there_is_none_of_is_404(world: World, sid: str) -> None:
    error, path, expected = wrong(await world.control("GET", f"/recordings/{sid}"), 404)

    assert error.startswith("no recording ")
    assert len(error) < 120
    assert (path, expected) == ("sid", "the sid of a start")


async def test_a_recording_of_another_world_is_unknown_here(service: Service, world: World) -> None:
    session = await world.record()

    wrong(await service.world(OTHER).control("GET", f"/recordings/{session.sid}"), 404)
