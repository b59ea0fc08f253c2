"""A setting means the same wherever it stands, and a wrong one is named exactly."""

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockrec.settings import FILE, OPTIONS, Option, Settings, SettingsError, idle, load, strays

# For every option a text, and what it makes of the defaults.
MEANINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "host": ("::1", {"host": "::1"}),
    "port": ("0", {"port": 0}),
    "host_name": ("Mockrec.CI.example", {"host_names": ("mockrec.ci.example",)}),
    "tls": ("true", {"tls": True}),
    "tls_port": ("0", {"tls_port": 0}),
    "proxy": ("true", {"proxy": True}),
    "proxy_port": ("3128", {"proxy_port": 3128}),
    "dns": ("true", {"dns": True}),
    "dns_port": ("53", {"dns_port": 53}),
    "ca_dir": ("over/there", {"ca_dir": "over/there"}),
    "clock": ("60x", {"clock_mode": "scaled", "clock_rate": 60.0}),
    "start_at": ("2026-01-05T09:00:00Z", {"start_at": 1_767_603_600_000}),
    "seed": ("7", {"seed": 7}),
    "profile": ("2020", {"profile": "2020"}),
    "strict": ("true", {"strict": True}),
    "credentials": ("me:s3:cr3t", {"credentials": (("me", "s3:cr3t"),)}),
    "app": ("my-app_1", {"apps": ("my-app_1",)}),
    "scenario": ("failover", {"scenario": "failover"}),
    "data": ("over/there", {"data": "over/there"}),
    "storage": ("memory", {"storage": "memory"}),
    "callback_url": ("http://[::1]:9000/x?y=z", {"callback_url": "http://[::1]:9000/x?y=z"}),
    "callback_secret": ("s3, cr3t", {"callback_secret": "s3, cr3t"}),
    "storage_endpoint": ("http://127.0.0.1:9", {"storage_endpoint": "http://127.0.0.1:9"}),
    "storage_request_endpoints": ("true", {"storage_request_endpoints": True}),
    "callback_event": ("31", {"callback_events": (31,)}),
    "callback_link_local": ("true", {"callback_link_local": True}),
    "qps": ("10", {"qps": 10}),
    "pcw": ("50", {"pcw": 50}),
    "audience": ("0", {"audience": 0}),
    "timing": ("upload=1.5s", {"timing": {"upload": 1500}}),
}


def read(
    folder: Path, file: str | None = None, env: Mapping[str, str] | None = None, /, **flags: str
) -> Settings:
    """The settings of these flags, this environment and a file of this text."""
    if file is not None:
        (folder / FILE).write_text(file, encoding="utf-8")
    return load({name: [text] for name, text in flags.items()}, env or {}, folder)


def complaint(
    folder: Path, file: str | None = None, env: Mapping[str, str] | None = None, /, **flags: str
) -> str:
    """What is said about settings that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        read(folder, file, env, **flags)
    return str(caught.value)


# --- sources -----------------------------------------------------------------------------------


def test_without_a_word_the_defaults_are_in_force(tmp_path: Path) -> None:
    assert read(tmp_path) == Settings()


def test_every_field_is_filled_by_one_option() -> None:
    filled = [name for option in OPTIONS for name in option.fields]

    assert sorted(filled) == sorted(field.name for field in fields(Settings))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_an_option_means_the_same_in_every_source(option: Option, tmp_path: Path) -> None:
    text, meaning = MEANINGS[option.name]
    meant = replace(Settings(), **meaning)

    assert read(tmp_path, **{option.name: text}) == meant
    if option.name != "callback_secret":
        assert read(tmp_path, None, {option.variable: text}) == meant
    assert read(tmp_path, f"{option.name}: '{text}'\n") == meant


def test_a_flag_beats_the_environment_and_the_environment_the_file(tmp_path: Path) -> None:
    file, env = "port: 1\nseed: 1\naudience: 1\n", {"MOCKREC_PORT": "2", "MOCKREC_SEED": "2"}

    settings = read(tmp_path, file, env, port="3")

    assert (settings.port, settings.seed, settings.audience) == (3, 2, 1)


def test_the_last_of_two_flags_wins(tmp_path: Path) -> None:
    assert load({"port": ["1", "2"]}, {}, tmp_path).port == 2


def test_lists_are_flags_again_commas_or_a_list_in_the_file(tmp_path: Path) -> None:
    assert load({"app": ["a", "b"]}, {}, tmp_path).apps == ("a", "b")
    assert read(tmp_path, None, {"MOCKREC_APP": "a, b,"}).apps == ("a", "b")
    assert read(tmp_path, "app: [a, b]").apps == ("a", "b")


def test_a_list_replaces_the_list_of_a_lower_source(tmp_path: Path) -> None:
    assert read(tmp_path, "app: [a, b]", app="c").apps == ("c",)


def test_pairs_may_be_a_mapping_in_the_file(tmp_path: Path) -> None:
    file = "timing:\n  upload: 800ms\n  slice: 1m\ncredentials: {me: s3cr3t}\n"

    settings = read(tmp_path, file)

    assert settings.timing == {"upload": 800, "slice": 60_000}
    assert settings.credentials == (("me", "s3cr3t"),)


def test_each_delay_is_a_setting_by_itself(tmp_path: Path) -> None:
    file, env = (
        "timing: {upload: 1s, slice: 1s, grace: 1s}",
        {"MOCKREC_TIMING": "upload=2s,slice=2s"},
    )

    settings = read(tmp_path, file, env, timing="upload=3s")

    assert settings.timing == {"upload": 3000, "slice": 2000, "grace": 1000}


@pytest.mark.parametrize("nothing", ["", "~", "null"])
def test_a_null_in_the_file_leaves_the_default(nothing: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"scenario: {nothing}\napp: {nothing}\n") == Settings()


def test_an_empty_file_or_variable_leaves_the_default(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n", {"MOCKREC_QPS": "", "MOCKREC_APP": ""}) == Settings()


@pytest.mark.parametrize("by", ["flag", "environment"])
def test_another_file_is_read_if_it_is_named(by: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("port: 1")
    (tmp_path / FILE).write_text("port: 2")

    if by == "flag":
        assert read(tmp_path, config="other.yaml").port == 1
    else:
        assert read(tmp_path, None, {"MOCKREC_CONFIG": "other.yaml"}).port == 1


# --- kinds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mode", "rate"),
    [
        ("wall", "wall", 1.0),
        ("manual", "manual", 0.0),
        ("60x", "scaled", 60.0),
        ("0.5x", "scaled", 0.5),
    ],
)
def test_a_clock_is_a_mode_and_a_rate(text: str, mode: str, rate: float, tmp_path: Path) -> None:
    settings = read(tmp_path, clock=text)

    assert (settings.clock_mode, settings.clock_rate) == (mode, rate)


@pytest.mark.parametrize(
    "text", ["2026-01-05T09:00:00Z", "2026-01-05 10:00+01:00", "2026-01-05T09:00:00"]
)
def test_a_moment_is_utc_unless_it_says_otherwise(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"start_at: {text}").start_at == 1_767_603_600_000


@pytest.mark.parametrize(
    ("text", "meant"), [("Yes", True), ("1", True), ("FALSE", False), ("off", False)]
)
def test_a_switch_is_thrown_by_any_usual_word(text: str, meant: bool, tmp_path: Path) -> None:
    assert read(tmp_path, None, {"MOCKREC_STRICT": text}).strict is meant


def test_the_control_plane_knows_the_names_that_it_is_given_and_the_one_it_listens_on() -> None:
    settings = Settings(host="Mockrec.example", host_names=("mockrec.ci.example",))

    assert settings.hosts == {"mockrec.example", "mockrec.ci.example"}


# --- complaints --------------------------------------------------------------------------------


def test_a_fresh_seed_is_none_yet(tmp_path: Path) -> None:
    assert read(tmp_path, seed="fresh").seed is None


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("host", "", "some text"),
        ("port", "65536", "a whole number from 0 to 65535"),
        ("port", "8_0", "a whole number from 0 to 65535"),
        ("port", "٨٠", "a whole number from 0 to 65535"),
        ("host_name", "a.example:8080", "a host name such as mockrec.ci.example"),
        ("host_name", "*.example", "a host name such as mockrec.ci.example"),
        ("host_name", "a..example", "a host name such as mockrec.ci.example"),
        ("host_name", f"{'a.' * 127}b", "a host name such as mockrec.ci.example"),
        ("qps", "0", "a whole number from 1 to 1000000"),
        ("seed", "-1", "a whole number from 0 to 9223372036854775807, or fresh"),
        ("seed", "Fresh", "a whole number from 0 to 9223372036854775807, or fresh"),
        ("clock", "fast", "wall, manual or a speed such as 60x"),
        ("clock", "0x", "wall, manual or a speed such as 60x"),
        ("start_at", "tomorrow", "a moment until 2200 such as 2026-01-05T09:00:00Z"),
        ("start_at", "0001-01-01T00:00+14:00", "a moment until 2200 such as 2026-01-05T09:00:00Z"),
        ("profile", "2021", "2026 or 2020"),
        ("storage", "mem", "folder, memory or object"),
        ("strict", "maybe", "true or false"),
        ("app", "a/b", "an App ID: up to 64 letters, digits, - or _"),
        ("callback_url", "ftp://a", "an address such as http://127.0.0.1:9000/callback"),
        ("callback_url", "http://a:b", "an address such as http://127.0.0.1:9000/callback"),
        ("callback_url", "http://[a", "an address such as http://127.0.0.1:9000/callback"),
        ("timing", "upload=soon", "a delay and its length, such as upload=800ms"),
        (
            "timing",
            "uplod=1s",
            'a delay and its length, such as upload=800ms; did you mean "upload"?',
        ),
    ],
)
def test_a_wrong_value_is_told_what_was_expected(
    name: str, text: str, expected: str, tmp_path: Path
) -> None:
    flag = f"--{name.replace('_', '-')}"

    assert complaint(tmp_path, **{name: text}) == f"{flag}: got {text!r}, expected {expected}"


def test_a_complaint_names_the_place(tmp_path: Path) -> None:
    wrong = "got 'x', expected a whole number from 0 to 65535"

    assert complaint(tmp_path, port="x") == f"--port: {wrong}"
    assert complaint(tmp_path, None, {"MOCKREC_PORT": "x"}) == f"MOCKREC_PORT: {wrong}"
    assert complaint(tmp_path, "seed: 1\nport: x") == f"{FILE}, line 2: port: {wrong}"


def test_a_complaint_names_the_line_of_the_item(tmp_path: Path) -> None:
    said = complaint(tmp_path, "app:\n  - fine\n  - not fine\n")

    assert said.startswith(f"{FILE}, line 3: app: got 'not fine', expected an App ID")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("prot: 1", "line 1: unknown key 'prot'; did you mean \"port\"?"),
        ("start-at: 1", "line 1: unknown key 'start-at'; did you mean \"start_at\"?"),
        ("config: x", "line 1: unknown key 'config'"),
        ("[a]: 1", "line 1: unknown key"),
        ("port: 1\nport: 2", "line 2: port is set a second time"),
        ("- port", 'line 1: expected settings such as "port: 8080"'),
        ("port: [1]", "line 1: port: got a list or a mapping, expected a whole number"),
        ("app: {a: b}", "line 1: app: got a list or a mapping, expected an App ID"),
        ("app: [[a]]", "line 1: app: got a list or a mapping, expected an App ID"),
        ("app: &a [*a]", "line 1: app: got a list or a mapping, expected an App ID"),
        ("port: {", "line 1: expected the node content"),
        ("seed: 1\nport: @", "line 2: found character '@' that cannot start any token"),
        ("seed: 1\n--- # again\nseed: 2", "line 2: but found another document"),
    ],
)
def test_a_file_is_faulted_by_line(file: str, said: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, file).startswith(f"{FILE}, {said}")


def test_a_file_of_odd_bytes_is_faulted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes("port: 1".encode("utf-16"))

    assert complaint(tmp_path).startswith(f"{FILE}: cannot be read: ")
    assert complaint(tmp_path, "port: \0").startswith(f"{FILE}: unacceptable character")


def test_a_named_file_has_to_be_there(tmp_path: Path) -> None:
    assert complaint(tmp_path, config="no.yaml") == "--config: there is no file 'no.yaml'"
    assert complaint(tmp_path, None, {"MOCKREC_CONFIG": "."}).startswith(".: cannot be read: ")


def test_a_stray_variable_is_pointed_out() -> None:
    environment = {"MOCKREC_PROT": "1", "MOCKREC_PORT": "1", "MOCKREC_URL": "x", "HOME": "x"}

    assert strays(environment) == ('MOCKREC_PROT sets nothing; did you mean "MOCKREC_PORT"?',)


# --- laws --------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
ENTRIES = st.tuples(st.sampled_from([option.name for option in OPTIONS]) | TEXTS, TEXTS)
FILES = TEXTS | st.lists(ENTRIES).map(lambda entries: "\n".join(f"{a}: {b}" for a, b in entries))


def shown(
    folder: Path, file: str | None = None, env: Mapping[str, str] | None = None, /, **flags: str
) -> str:
    """The settings as they are logged, or the complaint."""
    try:
        return repr(read(folder, file, env, **flags))
    except SettingsError as fault:
        return str(fault)


@given(option=st.sampled_from(OPTIONS), text=TEXTS)
def test_any_text_is_understood_or_refused(option: Option, text: str) -> None:
    nowhere = Path("nowhere")

    assert shown(nowhere, **{option.name: text}).startswith(("Settings(", option.flag))
    assert shown(nowhere, None, {option.variable: text}).startswith(("Settings(", option.variable))


@given(file=FILES)
def test_any_file_is_understood_or_refused(
    file: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert shown(tmp_path_factory.getbasetemp(), file).startswith(("Settings(", FILE))


@given(text=st.from_regex(r"[a-z]{0,3}:?s3cr3t", fullmatch=True))
def test_a_secret_is_never_shown(text: str) -> None:
    for name in ("credentials", "callback_secret"):
        assert "s3cr3t" not in shown(Path("nowhere"), **{name: text})


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"tls_port": ["9443"]}, ["--tls-port sets nothing without --tls"]),
        ({"tls_port": ["9443"], "tls": ["true"]}, []),
        (
            {"storage_endpoint": ["http://127.0.0.1:5000"]},
            ["--storage-endpoint sets nothing without --storage object"],
        ),
        (
            {"storage": ["object"]},
            ["--storage object stores nothing without --storage-endpoint"],
        ),
        ({"storage": ["object"], "storage_endpoint": ["http://127.0.0.1:5000"]}, []),
        ({}, []),
    ],
)
def test_a_setting_that_means_nothing_alone_is_told_of(
    flags: dict[str, list[str]], said: list[str], tmp_path: Path
) -> None:
    assert list(idle(load(flags, {}, tmp_path))) == said
