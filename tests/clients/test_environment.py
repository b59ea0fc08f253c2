"""The environment adds to what is there: no proxy exception, no certificate, no option is lost."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.api.listeners import Listeners
from mockrec.domain.hosts import HOSTS
from mockrec.gateway.authority import Authority
from mockrec.gateway.environment import (
    APP_ID,
    CERTIFICATES,
    LOCAL,
    PROXIES,
    TRUSTSTORE_PASSWORD,
    Here,
    NotListening,
    bundle,
    environment,
    exports,
    here,
    unproxied,
)
from mockrec.gateway.homes import ca_folder

HERE = Here("http://127.0.0.1:1", "https://127.0.0.1:2", "http://127.0.0.1:3", "", None)
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----"


@pytest.fixture
def at(authority: Authority) -> Here:
    """A server with this authority."""
    return replace(HERE, authority=authority.certificate.read_text())


# --- variables ---------------------------------------------------------------------------------


def test_every_client_finds_its_variable(at: Here, tmp_path: Path) -> None:
    added = environment(at, tmp_path, {})

    assert {added[name] for name in PROXIES} == {at.proxy}
    assert {added[name] for name in CERTIFICATES} == {str(tmp_path / "bundle.pem")}
    assert added["NO_PROXY"] == added["no_proxy"] == "localhost,127.0.0.1,::1"
    assert (added["MOCKREC_URL"], added["MOCKREC_APP_ID"]) == (at.http, APP_ID)
    assert f"trustStore={tmp_path / 'truststore.p12'}" in added["JAVA_TOOL_OPTIONS"]
    assert "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3" in added["JAVA_TOOL_OPTIONS"]


def test_what_was_set_before_is_kept(at: Here, tmp_path: Path) -> None:
    around = {
        "NODE_OPTIONS": "--max-old-space-size=512",
        "JAVA_TOOL_OPTIONS": "-Xmx64m",
        "PYTHONPATH": "/a:/b",
        "NO_PROXY": "db.example,10.0.0.0/8",
        "MOCKREC_APP_ID": "b" * 32,
    }

    added = environment(at, tmp_path, around)

    assert added["NODE_OPTIONS"].startswith("--max-old-space-size=512 --require=")
    assert added["JAVA_TOOL_OPTIONS"].startswith("-Xmx64m -Dhttp")
    assert added["PYTHONPATH"].endswith("hooks/python:/a:/b")
    assert added["NO_PROXY"].startswith("db.example,10.0.0.0/8,localhost")
    assert added["MOCKREC_APP_ID"] == "b" * 32


def test_the_app_of_the_server_comes_before_that_of_the_environment(
    at: Here, tmp_path: Path
) -> None:
    added = environment(replace(at, app_id="mine"), tmp_path, {"MOCKREC_APP_ID": "b" * 32})

    assert added["MOCKREC_APP_ID"] == "mine"


def test_twice_is_as_good_as_once(at: Here, tmp_path: Path) -> None:
    once = environment(at, tmp_path, {})
    before = (tmp_path / "bundle.pem").read_text()

    assert environment(at, tmp_path, once) == once
    assert (tmp_path / "bundle.pem").read_text() == before


@pytest.mark.parametrize(
    "entry",
    ["*", "agora.io", ".agora.io", "*.agora.io", "io", "api.agora.io", "API.AGORA.IO:443", "."],
)
def test_an_exception_that_would_let_the_service_out_is_dropped(entry: str) -> None:
    assert unproxied(f"a.example, {entry} b.example") == ["a.example", "b.example", *LOCAL]


@given(
    entries=st.lists(st.sampled_from(["*", "io", ".com", *HOSTS]) | st.text("ag.o*ri", max_size=9))
)
def test_no_exception_ever_covers_a_name_of_the_service(entries: list[str]) -> None:
    for entry in unproxied(",".join(entries)):
        name = entry.lstrip("*.").lower()
        assert name
        assert not any(f".{host}".endswith(f".{name}") for host in HOSTS)


@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_a_shell_reads_every_value_as_it_is(text: str) -> None:
    said = exports({"VALUE": text})

    script = said + 'printf %s "$VALUE"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)  # noqa: S607

    assert done.stdout.decode() == text


def test_a_server_without_these_listeners_is_named() -> None:
    plain = Listeners("http://127.0.0.1:1")

    with pytest.raises(NotListening, match=r"127\.0\.0\.1:1 .* without --tls and --proxy"):
        here(plain, None)
    plain.tls, plain.authority = "https://127.0.0.1:2", "..."
    with pytest.raises(NotListening, match="without --proxy"):
        here(plain, None)


def test_who_listens_everywhere_is_reached_where_the_client_looks() -> None:
    everywhere = Listeners("http://0.0.0.0:1", "https://0.0.0.0:2", "http://[::]:3")

    seen = everywhere.seen_from("box.example")

    assert (seen.http, seen.tls, seen.proxy, seen.dns) == (
        "http://box.example:1",
        "https://box.example:2",
        "http://box.example:3",
        None,
    )
    assert Listeners("http://10.0.0.1:1").seen_from("box.example").http == "http://10.0.0.1:1"


# --- certificates ------------------------------------------------------------------------------


def test_ours_is_added_to_those_of_the_system(at: Here) -> None:
    trusted = bundle(at.authority, {})

    assert trusted.count("BEGIN CERTIFICATE") > 1
    assert trusted.strip().endswith(at.authority.strip())


def test_ours_is_added_to_those_that_were_named(at: Here, tmp_path: Path) -> None:
    one, other = tmp_path / "one.pem", tmp_path / "other.pem"
    one.write_text(f"{PEM.format('b25l')}\n")
    other.write_text(f"# a comment\n{PEM.format('b25l')}\n{PEM.format('b3RoZXI=')}\n")
    around = {
        "SSL_CERT_FILE": str(one),
        "NODE_EXTRA_CA_CERTS": str(other),
        "CURL_CA_BUNDLE": str(tmp_path / "none.pem"),
    }

    trusted = bundle(at.authority, around)

    assert trusted == f"{PEM.format('b25l')}\n{PEM.format('b3RoZXI=')}\n{at.authority}"


@pytest.mark.skipif(not shutil.which("keytool"), reason="there is no Java on this machine")
def test_java_reads_all_of_them(at: Here, tmp_path: Path) -> None:
    environment(at, tmp_path, {})
    store = ["-keystore", str(tmp_path / "truststore.p12"), "-storepass", TRUSTSTORE_PASSWORD]

    done = subprocess.run(
        ["keytool", "-list", *store],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )

    listed = done.stdout.count("trustedCertEntry")
    assert listed == (tmp_path / "bundle.pem").read_text().count("BEGIN CERTIFICATE") > 1


def test_a_certificate_that_is_none_does_not_spoil_the_others(at: Here, tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text(PEM.format("b25l"))

    environment(at, tmp_path / "ca", {"SSL_CERT_FILE": str(broken)})

    assert (tmp_path / "ca" / "truststore.p12").stat().st_size > 0


# --- the folder --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        ("/data", "/data/mockrec/ca"),
        ("relative", "/home/me/.local/share/mockrec/ca"),
        ("", "/home/me/.local/share/mockrec/ca"),
    ],
)
def test_certificates_lie_where_the_user_keeps_data(
    data: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", data)
    monkeypatch.setenv("HOME", "/home/me")

    assert ca_folder() == Path(folder)
    assert ca_folder("~/there") == Path("/home/me/there")


def test_on_windows_that_is_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALAPPDATA", "/local")

    assert ca_folder() == Path("/local", "mockrec", "ca")
