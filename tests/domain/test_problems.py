"""The table of refusals: whole, unambiguous, and in the words of both editions."""

import pytest

from mockrec.domain import problems
from mockrec.domain.problems import PROBLEMS, Problem, Profile, Refusal, Shape, quoted

EVERY_ROW = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda row: row.name)
EVERY_PROFILE = pytest.mark.parametrize("profile", Profile, ids=lambda profile: profile.value)


def constants() -> dict[str, Problem]:
    """The rows by the names under which the code raises them."""
    return {name: row for name, row in vars(problems).items() if isinstance(row, Problem)}


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({row.name for row in constants().values()}) == len(constants())


def test_the_table_holds_every_row_under_its_name() -> None:
    assert set(PROBLEMS.values()) == set(constants().values())
    assert all(name == row.name for name, row in PROBLEMS.items())


@EVERY_ROW
@EVERY_PROFILE
def test_every_row_has_a_wording_in_every_edition(problem: Problem, profile: Profile) -> None:
    wording = problem.on(profile)

    assert wording.reason.strip() == wording.reason != ""
    assert 200 <= wording.status < 600


@EVERY_ROW
@EVERY_PROFILE
def test_only_the_gateway_speaks_without_a_code(problem: Problem, profile: Profile) -> None:
    wording = problem.on(profile)

    assert (wording.code is None) == (wording.shape is Shape.GATEWAY)


def test_each_edition_has_its_own_words() -> None:
    row = problems.NOT_JSON

    assert (row.on(Profile.Y2026), row.on(Profile.Y2020)) == (row.now, row.then)
    assert row.now != row.then


def test_the_profiles_are_named_by_their_years() -> None:
    assert [Profile("2026"), Profile("2020")] == [Profile.Y2026, Profile.Y2020]


def catalogue(profile: Profile) -> set[tuple[int, int | None, str]]:
    """Status, code and reason of every row."""
    wordings = [row.on(profile) for row in PROBLEMS.values()]
    return {(wording.status, wording.code, wording.reason) for wording in wordings}


DOCUMENTED_2026 = {
    (201, 7, "already started"),
    (206, 65, "request not completed"),
    (206, 435, "no recorded data"),
    (400, None, "appid is invalid"),
    (400, 2, "Acquire: invalid resourceExpiredHour value!"),
    (400, 2, "post method api body check failed!"),
    (400, 2, "request_hash mismatch!"),
    (400, 2, "services not selected!"),
    (400, 49, "invalid operation"),
    (400, 53, "task conflict"),
    (400, 400, "invalid_appid"),
    (400, 401, "invalid_channel_name"),
    (400, 405, "no_active_status"),
    (400, 406, "vendor_over_load"),
    (401, None, "Invalid authentication credentials"),
    (401, None, "Unauthorized"),
    (404, None, "no Route matched with those values"),
    (404, 404, "failed to find worker"),
    (429, None, "API rate limit exceeded"),
    (500, 62, "request timeout"),
    (500, 500, "internal_error"),
    (500, 501, "no_worker_manager_available"),
    (500, 502, "Failed to allocate worker"),
    (500, 504, "allocate_timeout"),
    (504, 62, "request timeout"),
}


def test_every_documented_refusal_of_2026_is_in_the_table_to_the_letter() -> None:
    assert catalogue(Profile.Y2026) >= DOCUMENTED_2026


def test_the_edition_of_2020_has_its_own_numbers() -> None:
    codes = {code for _, code, _ in catalogue(Profile.Y2020)}

    assert codes >= {2, 7, 8, 49, 53, 62, 65, 404, 432, 433, 435, 501, 1001, 1003, 1013, 1028}


@EVERY_PROFILE
@pytest.mark.parametrize(
    ("shape", "codes"), [(Shape.START, {7, 15, 53}), (Shape.WORKER, {49, 50, 65, 435})]
)
def test_the_recording_process_speaks_with_ids_and_a_start_without_a_sid(
    profile: Profile, shape: Shape, codes: set[int]
) -> None:
    wordings = [row.on(profile) for row in PROBLEMS.values()]

    assert {wording.code for wording in wordings if wording.shape is shape} == codes


def test_a_refusal_bears_its_row_and_its_detail() -> None:
    refusal = Refusal(problems.NO_WORKER, "the recording has exited")

    assert refusal.problem is problems.NO_WORKER
    assert refusal.detail == "the recording has exited"
    assert refusal.args == ("no-worker", "the recording has exited")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("room", '"room"'),
        ("bücket", '"bücket"'),
        ("a\r\nb\x1b", '"a\\u000d\\u000ab\\u001b"'),
        ("x" * 61, f'"{"x" * 60}…"'),
    ],
)
def test_a_text_of_the_caller_s_is_quoted_on_one_line(text: str, shown: str) -> None:
    assert quoted(text) == shown
