"""How a verdict is told: where, what was got, what was expected, and what was probably meant."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any, Final

import pytest

from mockrec import contract
from mockrec.contract import check
from mockrec.domain.problems import Profile
from mockrec.violations import Violation

SECRETS: Final = ("accessKey", "secretKey", "token", "stsToken", "secret", "salt")
STORAGE: Final = {"vendor": 1, "region": 0, "bucket": "b", "accessKey": "a", "secretKey": "s"}


def start(recording: Any = None, storage: Any = None, **request: Any) -> dict[str, Any]:
    """The body of a start in mix mode."""
    request = {"recordingConfig": recording, "storageConfig": storage or STORAGE, **request}
    return {"cname": "class-7", "uid": "527841", "clientRequest": request}


def only(found: tuple[Violation, ...]) -> Violation:
    (violation,) = found
    return violation


def test_a_violation_reads_as_a_sentence() -> None:
    violation = only(check("start", "mix", start({"maxIdleTime": 3})).violations)

    assert str(violation) == (
        "/clientRequest/recordingConfig/maxIdleTime: got 3,"
        " expected an integer from 5 to 4294967295"
    )


def test_every_violation_is_named() -> None:
    body = start(
        {
            "maxIdleTime": 3,
            "streamTypes": "2",
            "transcodingConfig": {"width": 1920, "height": 1920},
        },
        {**STORAGE, "vendor": 9, "fileNamePrefix": ["a" * 200]},
        token=5,
    )

    violations = check("start", "mix", {**body, "uid": 7}).violations

    assert {(v.pointer.rpartition("/")[2], v.rule) for v in violations} == {
        ("uid", "V1"),
        ("token", "type"),
        ("maxIdleTime", "V9"),
        ("streamTypes", "V9"),
        ("transcodingConfig", "V13"),
        ("vendor", "V7"),
        ("fileNamePrefix", "V8"),
    }


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("maxIdletime", "maxIdleTime"),
        ("maxidletime", "maxIdleTime"),
        ("max_idle_time", "maxIdleTime"),
        ("maxIdelTime", "maxIdleTime"),
        ("streamType", "streamTypes"),
        ("transcodeConfig", "transcodingConfig"),
        ("subscribeUIDGroup", "subscribeUidGroup"),
    ],
)
def test_a_misspelt_key_is_asked_about(written: str, meant: str) -> None:
    remark = only(check("start", "mix", start({written: 30})).remarks)

    assert remark.rule == "unknown"
    assert remark.hint == f'did you mean "{meant}"?'


def test_a_key_like_no_other_is_not_guessed_at() -> None:
    assert only(check("start", "mix", start({"colour": "blue"})).remarks).hint is None


def test_a_missing_key_is_recognised_under_its_wrong_name() -> None:
    body = start(
        storage={"vendor": 1, "region": 0, "Bucket": "b", "accessKey": "a", "secretKey": "s"}
    )

    violation = only(check("start", "mix", body).violations)

    assert violation.hint == 'did you mean "bucket" by "Bucket"?'


def test_the_alias_of_the_official_clients_is_accepted_even_when_strict() -> None:
    page = {"url": "https://example.org", "audioProfile": 0, "videoWidth": 1280, "videoHeight": 720}
    service = {
        "serviceName": "web_recorder_service",
        "serviceParam": {**page, "maxRecordingHour": 1, "VideoBitrate": 2000},
    }
    body = start(extensionServiceConfig={"extensionServices": [service]})

    verdict = check("start", "web", body, strict=True)

    assert verdict.violations == ()
    assert only(verdict.remarks).hint == 'did you mean "videoBitrate"?'


@pytest.mark.parametrize("key", [*SECRETS, "SecretKey", "access_key", "secretkye", "passwort"])
@pytest.mark.parametrize("value", ["hush-hush", 99887766, ["hush-hush"], {"hush": "hush-hush"}])
def test_no_secret_is_ever_told(key: str, value: object) -> None:
    bodies = [
        start({key: value}, {**STORAGE, key: value}, **{key: value}),
        start({key: value}, [STORAGE, {key: value}], **{key: value}),
        start(json.dumps({key: value}), json.dumps({key: value})),
        start(storageConfig={}, extensionServiceConfig=json.dumps({key: value})),
        {"clientRequest": json.dumps({key: value}), "body": json.dumps({key: value})},
    ]
    for body in bodies:
        verdict = check("start", "mix", body, strict=True)
        told = "\n".join(map(str, (*verdict.violations, *verdict.remarks)))
        assert told
        assert "hush-hush" not in told
        assert "99887766" not in told


def test_what_hides_below_a_secret_is_not_told_either() -> None:
    violation = only(check("start", "mix", start(token={"a": ["hush"]})).violations)

    assert violation.got == "***"


@pytest.mark.parametrize(
    ("cname", "got"),
    [
        ("频道", '"频道"'),
        ("a\nb\u2028c", r'"a\nb\u2028c"'),
        ("x" * 1000, '"' + "x" * 78 + "…"),
        ("\x7f\u202e", r'"\u007f\u202e"'),
    ],
)
def test_what_was_got_is_short_and_printable(cname: str, got: str) -> None:
    body = {**start(), "cname": cname}

    violation = only(check("start", "mix", body).violations)

    assert violation.got == got
    assert str(violation).isprintable()


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (None, "null"),
        (True, "true"),
        (2.5, "2.5"),
        ("2", '"2"'),
        ([], "an empty list"),
        ([1, 2], "[1, 2]"),
        (["mp4", None], '["mp4", null]'),
        ([10**200], "[an integer of 665 bits]"),
        ([[1], 2], "a list of 2"),
        ([{"a": "b"}], "a list of 1"),
        ([1] * 8, "[1, 1, 1, 1, 1, 1, 1, 1]"),
        ([1] * 9, "a list of 9"),
        (["x" * 70, "y" * 70], "a list of 2"),
        ({}, "an empty object"),
        ({"a": 1}, "an object of 1"),
        (10**200, "an integer of 665 bits"),
        (float("inf"), "Infinity"),
    ],
)
def test_any_value_can_be_shown(value: object, got: str) -> None:
    body = start(storage={**STORAGE, "vendor": value})

    assert only(check("start", "mix", body).violations).got == got


def test_a_pointer_is_escaped_and_cut_only_in_the_sentence() -> None:
    strange = "a/b~c\n" + "x" * 500

    remark = only(check("stop", None, {**start(), "clientRequest": {}, strange: 1}).remarks)

    assert remark.pointer == "/a~1b~0c\n" + "x" * 500
    assert len(str(remark)) < 300
    assert str(remark).isprintable()


def test_integers_may_be_written_as_java_does_but_not_as_booleans() -> None:
    assert check("start", "mix", start({"channelType": 1.0, "streamTypes": 2.0})).violations == ()
    assert only(check("start", "mix", start({"channelType": True})).violations).got == "true"


def test_the_profile_may_be_the_enumeration_of_the_domain() -> None:
    body = start(recordingFileConfig={"avFileType": ["hls", "mp4"]})

    assert check("start", "mix", body, profile=Profile.Y2026).violations == ()
    assert only(check("start", "mix", body, profile=Profile.Y2020).violations).rule == "profile"


@pytest.mark.parametrize(
    ("operation", "mode"), [("start", "composite"), ("update", None), ("no", None)]
)
def test_what_has_no_body_has_no_verdict(operation: str, mode: str | None) -> None:
    with pytest.raises(LookupError):
        check(operation, mode, start())


@pytest.mark.parametrize(
    "number",
    [10**400, -(10**400), float("inf"), float("-inf")],
    ids=["huge", "very negative", "infinite", "infinitely negative"],
)
def test_numbers_beyond_all_bounds_do_no_harm(number: float) -> None:
    canvas = {"width": number, "height": 1.5, "mixedVideoLayout": 3}
    region = {"x_axis": number, "y_axis": 0.5, "width": 0.5, "height": number}

    verdict = check(
        "start", "mix", start({"transcodingConfig": {**canvas, "layoutConfig": [region]}})
    )

    assert {v.pointer.rpartition("/")[2] for v in verdict.violations} == {
        "width",
        "height",
        "x_axis",
    }


@pytest.mark.parametrize("depth", [100, 250, 1000, 100_000])
def test_depth_does_no_harm(depth: int) -> None:
    deep: Any = 1
    for _ in range(depth):
        deep = [deep]

    for body in (deep, start(token=deep), start(surplus=deep), start({"transcodingConfig": deep})):
        verdict = check("start", "mix", body, strict=True)
        assert verdict.violations


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_lone_surrogates_do_no_harm(text: str) -> None:
    assert check("start", "mix", {**start(), "cname": text}).violations
    assert check("start", "mix", {**start(), text: 1}).violations


def test_a_hostile_body_is_answered_briefly() -> None:
    strangers = {f"key{number}": number for number in range(10_000)}
    crowd = {"subscribeAudioUids": list(range(1_000))}

    assert len(check("start", "mix", start(**strangers)).remarks) == 100
    assert len(check("start", "mix", start(crowd)).violations) == 100


def test_the_patient_validator_is_imported_for_refused_bodies_only() -> None:
    program = (
        "import sys, json\n"
        "from mockrec.contract import check\n"
        "good, remarked, bad = json.load(sys.stdin)\n"
        "assert check('start', 'mix', good).remarks == ()\n"
        "assert check('start', 'mix', remarked).remarks\n"
        "assert 'jsonschema' not in sys.modules\n"
        "assert check('start', 'mix', bad).violations\n"
        "assert 'jsonschema' in sys.modules\n"
    )
    bodies = json.dumps([start(), start({"maxIdletime": 3}), start({"maxIdleTime": 3})])

    subprocess.run([sys.executable, "-c", program], input=bodies, text=True, check=True)


# --- much of it ---------------------------------------------------------------------------------


def unknown(count: int) -> dict[str, object]:
    return {f"key{number}": number for number in range(count)}


MUCH: Final = {
    "users": {"recordingConfig": {"subscribeAudioUids": [str(uid) for uid in range(150_000)]}},
    "users as numbers": {"recordingConfig": {"subscribeAudioUids": list(range(150_000))}},
    "regions": {
        "recordingConfig": {
            "transcodingConfig": {"mixedVideoLayout": 3, "layoutConfig": [{}] * 100_000}
        }
    },
    "folders": {"storageConfig": {**STORAGE, "fileNamePrefix": ["a"] * 200_000}},
}


@pytest.mark.parametrize("much", MUCH.values(), ids=MUCH)
def test_the_patient_validator_never_looks_at_a_crowded_body(
    much: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "_faults", None)
    monkeypatch.setattr(contract, "_doubts", None)
    body = start()
    body["clientRequest"] = {**body["clientRequest"], **much}

    verdict = check("start", "mix", body)

    assert len(verdict.violations) == 1
    assert verdict.violations[0].got.startswith("a list of ")


def test_a_crowded_body_may_be_good_for_all_that() -> None:
    verdict = check("start", "mix", start() | unknown(60_000))

    assert verdict.violations == ()
    assert len(verdict.remarks) == 100


@pytest.mark.parametrize(("count", "named"), [(4_900, 2), (5_000, 1)])
def test_of_a_body_that_is_not_crowded_all_is_named(count: int, named: int) -> None:
    body = start({"maxIdleTime": 1, "channelType": 9}) | unknown(count)

    assert len(check("start", "mix", body).violations) == named
