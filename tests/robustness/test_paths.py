"""Whatever a bucket or a folder is called: no file is written outside of the data folder."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from mockrec.settings import Settings
from tests.robustness.house import House, served
from tests.robustness.line import Answer
from tests.robustness.talk import SERVICE, WORLD, ask

WICKED = [
    pytest.param("..", id="the folder above"),
    pytest.param(".", id="this folder"),
    pytest.param("../../x", id="two folders up"),
    pytest.param("..\\..\\x", id="the same on Windows"),
    pytest.param("/tmp/x", id="an absolute path"),  # noqa: S108  that is the point
    pytest.param("C:\\x", id="a drive"),
    pytest.param("a\x00b", id="a NUL"),
    pytest.param("a\n\x1b[31m", id="control characters"),
    pytest.param("%2e%2e%2fx", id="an encoded path"),
    pytest.param("b" * 5_000, id="very long"),
    pytest.param("\U0001f600" * 120, id="long in UTF-8"),
    pytest.param("~root", id="a home"),
    pytest.param("CON", id="a device"),
    pytest.param("a.", id="a dot at the end"),
    pytest.param(" ", id="a space"),
]


async def tell(house: House, method: str, target: str, document: object) -> Answer:
    return await ask(house, method, target, json.dumps(document).encode())


async def record(house: House, cname: str, bucket: str, *folders: str) -> list[dict[str, str]]:
    """Record for 40 seconds, and stop; the files that the control plane lists."""
    who = {"cname": cname, "uid": "1"}
    acquired = await tell(house, "POST", f"{SERVICE}/acquire", who | {"clientRequest": {}})
    resource = f"{SERVICE}/resourceid/{json.loads(acquired.body)['resourceId']}"
    storage = {"vendor": 1, "region": 0, "bucket": bucket, "accessKey": "a", "secretKey": "s"}
    storing = {"clientRequest": {"storageConfig": storage | {"fileNamePrefix": folders}}}
    accepted = await tell(house, "POST", f"{resource}/mode/mix/start", who | storing)
    if accepted.status != 200:
        return []
    await tell(house, "POST", f"{WORLD}/clock/advance", {"by": "40s"})
    stop = f"{resource}/sid/{json.loads(accepted.body)['sid']}/mode/mix/stop"
    await tell(house, "POST", stop, who | {"clientRequest": {}})
    files: list[dict[str, str]] = json.loads((await ask(house, "GET", f"{WORLD}/files")).body)[
        "files"
    ]
    return files


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("name", WICKED)
@pytest.mark.parametrize("place", ["bucket", "folder"])
async def test_no_name_leads_out_of_the_data_folder(tmp_path: Path, name: str, place: str) -> None:
    data = tmp_path / "one" / "two" / "data"
    settings = Settings(data=str(data), clock_mode="manual", clock_rate=0.0)
    bucket, folders = (name, ()) if place == "bucket" else ("bucket", (name, name))

    async with served(settings) as house:
        files = await record(house, "room", bucket, *folders)
        written = everything(tmp_path)
        bodies = [(await ask(house, "GET", file["url"])).body for file in files]
        await ask(house, "DELETE", WORLD)

    assert house.complaints == []
    assert files or len(name) > 64, "a folder of that length is refused; nothing else is"
    assert len(written) == len(files)
    depths = {2 + file["key"].count("/") for file in files}
    assert {len(path.relative_to(data).parts) for path in written} == depths
    assert all(bodies)
    assert everything(tmp_path) == set()


@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "bucket/../../secret",
        "bucket//secret",
        "bucket/%00",
        "bucket/" + "a" * 5_000,
        quote("bücket\\..\\secret"),
        "/etc/passwd",
    ],
)
async def test_no_url_reads_what_no_recording_has_written(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"not to be read")
    (tmp_path / "data" / "bucket").mkdir(parents=True)
    (tmp_path / "data" / "bucket" / "secret").write_bytes(b"not to be read")
    settings = Settings(data=str(tmp_path / "data"), clock_mode="manual", clock_rate=0.0)

    async with served(settings) as house:
        answer = await ask(house, "GET", f"{WORLD}/files/{path}")

    assert answer.status == 404
    assert json.loads(answer.body)
    assert house.complaints == []


async def test_a_folder_that_cannot_be_written_is_told_and_nothing_else_happens(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").write_bytes(b"a file where the folder ought to be")
    settings = Settings(data=str(tmp_path / "data"), clock_mode="manual", clock_rate=0.0)

    async with served(settings) as house:
        await record(house, "room", "bucket")
        journal = await ask(house, "GET", f"{WORLD}/journal")
        again = await record(house, "room", "bucket")

    assert again == []
    assert b"files not written" in journal.body
    assert all("files not written" in complaint for complaint in house.complaints)
