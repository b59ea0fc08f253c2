"""The fixture `mockrec` in somebody else's test suite."""

import subprocess
import sys
import tomllib
from textwrap import dedent

import pytest

from tests.plugin.conftest import ROOT, Suite

LESSON = """
    import pytest
    from tests.plugin.backend import Backend

    def lesson(mockrec):
        return Backend.of(mockrec).record()
"""


def lessons(tests: str) -> str:
    """A file of tests, with a recording at hand."""
    return dedent(LESSON) + dedent(tests)


def test_each_test_has_a_world_of_its_own(suite: Suite) -> None:
    suite.write(
        test_it=lessons("""
            seen = set()

            @pytest.mark.parametrize("number", range(5))
            def test_it(mockrec, number):
                before = mockrec.now
                assert mockrec.recordings == []
                session = lesson(mockrec)
                mockrec.advance(f"{number + 20}s")
                assert mockrec.now == before + (number + 20) * 1_000
                assert session.status() == 5
                seen.add(mockrec.app_id)

            def test_they_were_all_different():
                assert len(seen) == 5
        """)
    )
    suite.run().assert_outcomes(passed=6)


def test_a_test_has_the_same_ids_in_every_run(suite: Suite) -> None:
    suite.write(
        test_it=lessons("""
            from pathlib import Path

            def test_it(mockrec):
                with Path("ids").open("a") as ids:
                    print(mockrec.app_id, lesson(mockrec).sid, file=ids)

            def test_other(mockrec):
                pass
        """)
    )
    suite.run()
    suite.run("-k", "test_it")

    first, second = (suite.folder / "ids").read_text().splitlines()
    assert first == second


def test_the_world_is_forgotten_at_the_end(suite: Suite) -> None:
    suite.write(
        test_it=lessons("""
            def test_it(mockrec):
                lesson(mockrec)

            def test_then(mockrec_server):
                import requests
                worlds = requests.get(f"{mockrec_server.url}/_mockrec/worlds").json()["worlds"]
                assert [world["live"] for world in worlds] == []
        """)
    )
    suite.run().assert_outcomes(passed=2)


@pytest.mark.parametrize("client", ["requests", "httpx"])
def test_the_credentials_are_those_that_clients_take(suite: Suite, client: str) -> None:
    suite.write(
        test_it=f"""
            import {client}

            def test_it(mockrec):
                body = {{"cname": "a", "uid": "1", "clientRequest": {{}}}}
                answer = {client}.post(f"{{mockrec.api}}/acquire", json=body, auth=mockrec.auth)
                assert answer.json()["resourceId"]
                assert mockrec.api == f"{{mockrec.url}}/v1/apps/{{mockrec.app_id}}/cloud_recording"
        """
    )
    suite.run().assert_outcomes(passed=1)


ASYNC_CLIENTS = """
    import aiohttp, httpx, pytest

    BODY = {"cname": "a", "uid": "1", "clientRequest": {}}

    @MARK
    async def test_aiohttp(mockrec):
        auth = aiohttp.BasicAuth(*mockrec.auth)
        async with aiohttp.ClientSession(auth=auth) as session:
            async with session.post(f"{mockrec.api}/acquire", json=BODY) as answer:
                assert (await answer.json())["resourceId"]

    @MARK
    async def test_httpx(mockrec):
        async with httpx.AsyncClient(auth=mockrec.auth, base_url=mockrec.api) as client:
            assert (await client.post("/acquire", json=BODY)).json()["resourceId"]
        await mockrec.aio.advance("1s")
        assert (await mockrec.aio.wait_for(operation="acquire"))["status"] == 200
"""


def test_pytest_asyncio_runs_beside_it(suite: Suite) -> None:
    suite.write(test_it=dedent(ASYNC_CLIENTS).replace("MARK", "pytest.mark.asyncio"))
    suite.run("-p", "no:aiohttp").assert_outcomes(passed=2)


def test_pytest_aiohttp_runs_beside_it(suite: Suite) -> None:
    suite.ini(asyncio_mode="auto")
    suite.write(test_it=dedent(ASYNC_CLIENTS).replace("@MARK", ""))
    suite.run().assert_outcomes(passed=2)


def test_a_webhook_in_the_loop_of_the_test_is_answered(suite: Suite) -> None:
    suite.ini(asyncio_mode="auto")
    suite.write(
        test_it=lessons("""
            import asyncio, hmac
            from aiohttp import web

            async def test_it(mockrec, aiohttp_server):
                heard = []

                async def hook(request):
                    body = await request.read()
                    signature = hmac.digest(b"s3cr3t", body, "sha256").hex()
                    assert request.headers["Agora-Signature-V2"] == signature
                    heard.append((await request.json())["eventType"])
                    return web.json_response({})

                app = web.Application()
                app.router.add_post("/hook", hook)
                server = await aiohttp_server(app)
                await mockrec.aio.callback(str(server.make_url("/hook")), secret="s3cr3t")
                await asyncio.to_thread(lesson, mockrec)
                await mockrec.aio.advance("3s")
                assert heard[:2] == [30, 40]
                told = mockrec.notifications
                assert [letter["body"]["eventType"] for letter in told] == heard
                assert {letter["verdict"] for letter in told} == {"delivered"}
        """)
    )
    suite.run().assert_outcomes(passed=1)


class TestSettings:
    """Where the settings of a world come from."""

    def test_ini_then_fixture_then_markers_from_the_outside_in(self, suite: Suite) -> None:
        suite.ini(mockrec_settings="pcw = 9\n  qps = 9\n  profile = 2020\n  strict = true")
        suite.write(
            conftest="""
                import pytest

                @pytest.fixture(scope="session")
                def mockrec_settings():
                    return {"pcw": 8, "qps": 8, "profile": "2026"}
            """,
            test_it="""
                import pytest, requests

                pytestmark = pytest.mark.mockrec(pcw=7, qps=7)

                def settings(mockrec):
                    url = f"{mockrec.url}/_mockrec/worlds/{mockrec.app_id}/settings"
                    shown = requests.get(url).json()
                    return [shown[name] for name in ("pcw", "qps", "profile", "strict")]

                @pytest.mark.mockrec(pcw=6)
                def test_it(mockrec):
                    assert settings(mockrec) == [6, 7, "2026", True]

                def test_another(mockrec):
                    assert settings(mockrec) == [7, 7, "2026", True]

                def test_a_world_by_hand(mockrec_server):
                    assert settings(mockrec_server.world()) == [9, 9, "2020", True]
            """,
        )
        suite.run("--strict-markers").assert_outcomes(passed=3)

    def test_a_name_on_several_lines_has_several_values(self, suite: Suite) -> None:
        suite.ini(mockrec_settings="credentials = a:b\n  credentials = c:d\n  timing = upload=3s")
        suite.write(
            test_it="""
                from tests.plugin.backend import Backend

                def test_it(mockrec):
                    assert mockrec.auth == ("a", "b")
                    assert Backend(mockrec.api, ("c", "d")).record().sid
            """
        )
        suite.run().assert_outcomes(passed=1)

    def test_the_server_itself_can_be_another(self, suite: Suite) -> None:
        suite.write(
            conftest="""
                import pytest
                from mockrec import running

                @pytest.fixture(scope="session")
                def mockrec_server():
                    with running(seed=7, clock="wall") as server:
                        yield server
            """,
            test_it="""
                def test_it(mockrec):
                    assert mockrec.now > 1_767_225_600_000
            """,
        )
        suite.run().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("marker", "complaint"),
        [
            (
                "qsp=1",
                "*settings of this test's world: unknown setting 'qsp'; did you mean \"qps\"?",
            ),
            (
                "seed=1",
                "*seed is a setting of the server, not of one world: give it to *running()*",
            ),
            ("qps='many'", "*qps: got 'many', expected a whole number from 1 to 1000000"),
            (
                "start_at='1999-01-01'",
                "*/now: the clock shows 17672256*, and time never goes back*",
            ),
            ("scenario='nothing'", '*no "nothing" among the shipped scenarios*'),
            ("'failover'", "mockrec(\\*\\*settings)*takes no value without a name: ('failover',)"),
        ],
    )
    def test_a_wrong_marker_is_one_line(self, suite: Suite, marker: str, complaint: str) -> None:
        suite.write(
            test_it=f"""
                import pytest

                @pytest.mark.mockrec({marker})
                def test_it(mockrec):
                    pass
            """
        )
        result = suite.run()

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            ["*ERROR at setup of test_it*", complaint.replace("\\*", "[*]")]
        )
        assert "Traceback" not in result.stdout.str()
        assert "During handling" not in result.stdout.str()

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("qsp = 1", "*mockrec_settings of the ini file: unknown setting 'qsp'; did you mean *"),
            ("strict", "*got 'strict', expected a line such as \"qps = 10\""),
            ("callback_event = 7777\n  callback_url = http://127.0.0.1:9/", "*7777*"),
        ],
    )
    def test_a_wrong_ini_file_is_one_line(self, suite: Suite, line: str, complaint: str) -> None:
        suite.ini(mockrec_settings=line)
        suite.write(test_it="def test_it(mockrec): pass")
        result = suite.run()

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["*ERROR at setup of test_it*", complaint])
        assert "During handling" not in result.stdout.str()


class TestReports:
    """What a failing test shows."""

    FAILS = lessons("""
        def test_fails(mockrec):
            session = lesson(mockrec)
            mockrec.advance("30s")
            session.stop()
            assert not session.sid

        def test_passes(mockrec):
            lesson(mockrec)
    """)
    TIMELINE = (
        "*FAILURES*",
        "*- mockrec timeline -*",
        "world ????????????????????????????????, its manual clock at 2026-01-01T00:00:31.200Z",
        "  +0s * > acquire class-7/527841 -> 200",
        "  +0s * > start class-7/527841 -> 200",
        "  +1.5s * class-7/527841: 40 recorder_started",
        "  +18.3s * class-7/527841: status 5, the first file is in the bucket or the backup",
        "  +30s * the clock was moved by 30s",
        "  +31.2s * > stop class-7/527841 -> 200",
        "recording * class-7/527841 mix: status 8, stopped",
        "4 files:",
        "  *_class-7.m3u8",
    )

    def test_the_timeline_of_its_world_stands_in_the_report(self, suite: Suite) -> None:
        suite.write(test_it=self.FAILS)
        result = suite.run()

        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(self.TIMELINE, consecutive=False)
        assert result.stdout.str().count("mockrec timeline") == 1

    def test_xdist_brings_it_home(self, suite: Suite) -> None:
        suite.write(test_it=self.FAILS)
        result = suite.run("-n1", apart=True)

        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(self.TIMELINE, consecutive=False)

    def test_a_fixture_that_fails_after_it_shows_it_too(self, suite: Suite) -> None:
        suite.write(
            test_it=lessons("""
                @pytest.fixture
                def lost(mockrec):
                    lesson(mockrec).stop(1)

                def test_it(lost):
                    pass
            """)
        )
        result = suite.run()

        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["*mockrec timeline*", "*start class-7/527841 -> 200"])

    def test_a_test_fails_at_its_own_line(self, suite: Suite) -> None:
        suite.write(
            test_it="""
                def test_it(mockrec):
                    mockrec.advance(until="uploaded", limit="1s")
            """
        )
        result = suite.run()

        result.stdout.fnmatch_lines(
            [
                '>       mockrec.advance(until="uploaded", limit="1s")',
                "E       *NeverHappened: the limit was reached first; until then: nothing; *",
                "test_it.py:2: NeverHappened",
            ]
        )

    def test_a_server_that_is_gone_hides_nothing(self, suite: Suite) -> None:
        suite.write(
            conftest="""
                import pytest
                from mockrec import Server

                @pytest.fixture(scope="session")
                def mockrec_server():
                    return Server("http://127.0.0.1:1")
            """,
            test_it="""
                def test_it(mockrec):
                    assert "this" == "that"
            """,
        )
        result = suite.run()

        result.assert_outcomes(failed=1, errors=1)
        result.stdout.fnmatch_lines(
            ["E * 'this' == 'that'", "not to be had from http://127.0.0.1:1: ConnectionRefused*"]
        )


class TestLeftovers:
    """Recordings that a test leaves live."""

    LEAVES = lessons("""
        def test_leaves_one(mockrec):
            lesson(mockrec)

        @pytest.fixture
        def session(mockrec):
            session = lesson(mockrec)
            mockrec.advance("5s")
            return session

        def test_stops_it(session):
            session.stop()

        @pytest.fixture
        def stopped(session):
            yield
            session.stop()

        def test_lets_a_fixture_stop_it(stopped):
            pass

        def test_fails_anyway(mockrec):
            lesson(mockrec)
            assert 0
    """)

    def test_they_are_nobodys_business_unless_somebody_cares(self, suite: Suite) -> None:
        suite.write(test_it=self.LEAVES)
        suite.run().assert_outcomes(passed=3, failed=1)

    def test_they_can_be_a_failure(self, suite: Suite) -> None:
        suite.ini(mockrec_leftovers="fail")
        suite.write(test_it=self.LEAVES)
        result = suite.run()

        result.assert_outcomes(passed=3, failed=1, errors=1)
        result.stdout.fnmatch_lines(
            [
                "*ERROR at teardown of test_leaves_one*",
                "recordings were left live: * of 'class-7', status 1",
            ]
        )
        # Only the one that failed by itself; the world of the other is gone by then.
        assert result.stdout.str().count("mockrec timeline") == 1

    def test_another_word_is_refused_at_the_start(self, suite: Suite) -> None:
        suite.ini(mockrec_leftovers="perhaps")
        result = suite.run(apart=True)

        result.stderr.fnmatch_lines(
            ["ERROR: mockrec_leftovers: got 'perhaps', expected fail or ignore"]
        )


CROWD = lessons("""
    @pytest.mark.parametrize("number", range(200))
    def test_it(mockrec, number):
        assert (mockrec.recordings, mockrec.requests, [*mockrec.files]) == ([], [], [])
        before, seconds = mockrec.now, number % 7 + 20
        session = lesson(mockrec)
        mockrec.join("class-7", number + 1)
        mockrec.advance(f"{seconds}s")
        assert session.status() == 5
        assert mockrec.now == before + seconds * 1_000
        names = session.stop()
        assert [recording["sid"] for recording in mockrec.recordings] == [session.sid]
        assert set(names) < set(mockrec.files)
        assert all(name.startswith(session.sid) for name in mockrec.files)
        assert len(mockrec.requests) == 4
""")


def test_two_hundred_tests_on_eight_workers_do_not_meet(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # eight times nothing is nothing
    suite.ini(asyncio_default_fixture_loop_scope="")
    suite.write(test_it=CROWD)

    suite.run("-p", "xdist", "-n8", apart=True).assert_outcomes(passed=200)


def test_threads_of_one_test_have_worlds_that_do_not_meet(suite: Suite) -> None:
    suite.write(
        test_it=lessons("""
            from concurrent.futures import ThreadPoolExecutor

            def live(world):
                session = lesson(world)
                for _ in range(20):
                    world.advance("1s")
                session.stop()
                return len(world.requests), world.now

            def test_it(mockrec_server):
                worlds = [mockrec_server.world() for _ in range(8)]
                before = worlds[0].now
                with ThreadPoolExecutor(8) as threads:
                    assert {*threads.map(live, worlds)} == {(3, before + 21_200)}
        """)
    )
    suite.run().assert_outcomes(passed=1)


def test_pytest_starts_without_the_server(suite: Suite) -> None:
    suite.write(
        test_it="""
            import sys

            def test_without():
                assert not {"mockrec.server", "mockrec.background"} & set(sys.modules)

            def test_with(mockrec):
                assert "mockrec.server" in sys.modules
        """
    )
    suite.run("-p", "no:aiohttp", apart=True).assert_outcomes(passed=2)


def test_it_is_explained_by_pytest_itself(suite: Suite) -> None:
    suite.write(test_it="")
    told = suite.run("--markers").stdout
    told.fnmatch_lines(["@pytest.mark.mockrec(*settings): settings of this test's world*"])
    told = suite.run("--fixtures").stdout
    told.fnmatch_lines_random(
        ["mockrec --*", "mockrec_server*session scope*", "mockrec_settings *"]
    )


def test_pip_brings_it_to_pytest() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module = project["entry-points"]["pytest11"]["mockrec"]
    load = f"import {module}, sys; assert not {{'aiohttp', 'mockrec.server'}} & set(sys.modules)"

    assert subprocess.run([sys.executable, "-c", load], check=False).returncode == 0
