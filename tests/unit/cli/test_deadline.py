from datetime import datetime

import pytest

from tests.support.command_line import run

FIELDS = {
    "commitment", "received_at", "starts_at", "due_at", "unit", "amount", "seconds_per_unit", "at",
    "elapsed", "remaining", "calendar", "contract", "contract_version", "clause",
}  # fmt: skip


def ask(commitment, received, *more, **environment):
    return run(
        "deadline",
        "--commitment",
        commitment,
        "--received",
        received,
        "--json",
        *more,
        **environment,
    )


@pytest.mark.parametrize(
    ("commitment", "received", "starts", "due"),
    [
        # The worked examples, in Québec time.
        ("delivery-local", "2026-11-23T15:30-05:00", "2026-11-24T00:00:00-05:00", "2026-11-27T00:00:00-05:00"),
        ("delivery-remote", "2026-11-23T15:30-05:00", "2026-11-24T00:00:00-05:00", "2026-12-03T00:00:00-05:00"),
        ("service-restoration", "2026-11-20T16:00-05:00", "2026-11-20T16:00:00-05:00", "2026-11-25T13:00:00-05:00"),
        ("quarterly-report", "2026-09-30T12:00-04:00", "2026-10-01T00:00:00-04:00", "2026-10-23T00:00:00-04:00"),
        ("quarterly-report", "2026-12-31T12:00-05:00", "2027-01-05T00:00:00-05:00", "2027-01-26T00:00:00-05:00"),
        # A weekend receipt has Monday as day 1; outside hours the clock waits for the opening.
        ("delivery-local", "2026-11-21T10:00-05:00", "2026-11-23T00:00:00-05:00", "2026-11-26T00:00:00-05:00"),
        ("password-reset", "2026-11-20T17:00-05:00", "2026-11-23T08:00:00-05:00", "2026-11-23T12:00:00-05:00"),
        # Over the eve of the national day, and over a clock change.
        ("password-reset", "2026-06-23T15:00-04:00", "2026-06-23T15:00:00-04:00", "2026-06-25T10:00:00-04:00"),
        ("delivery-local", "2026-10-29T12:00-04:00", "2026-10-30T00:00:00-04:00", "2026-11-04T00:00:00-05:00"),
        # The same instant said in another zone.
        ("service-restoration", "2026-11-20T21:00Z", "2026-11-20T16:00:00-05:00", "2026-11-25T13:00:00-05:00"),
    ],
)  # fmt: skip
def test_the_deadline_is_the_contracts(commitment, received, starts, due):
    answer = ask(commitment, received).json
    assert answer["starts_at"] == starts
    assert answer["due_at"] == due
    assert datetime.fromisoformat(answer["received_at"]) == datetime.fromisoformat(received)


def test_the_answer_has_every_field_of_the_contract():
    answer = ask(
        "delivery-local", "2026-11-23T15:30:00-05:00", "--at", "2026-11-25T12:00-05:00"
    ).json
    assert set(answer) == FIELDS
    assert answer["received_at"] == "2026-11-23T15:30:00-05:00"
    assert (answer["unit"], answer["amount"], answer["seconds_per_unit"]) == (
        "business_days",
        3,
        86_400,
    )
    assert (answer["elapsed"], answer["remaining"]) == (86_400 + 43_200, 86_400 + 43_200)
    assert (answer["calendar"], answer["contract"]) == ("quebec-days", "cspq-mobilite")
    assert answer["contract_version"] == "2019-12-11"


@pytest.mark.parametrize(
    ("at", "elapsed", "remaining"),
    [
        ("2026-11-20T15:00-05:00", 0, 86_400),  # Before the receipt, nothing is used.
        ("2026-11-20T16:00-05:00", 0, 86_400),
        ("2026-11-20T17:30-05:00", 3600, 82_800),
        ("2026-11-23T09:00:00.900-05:00", 7200, 79_200),
        ("2026-11-25T13:00-05:00", 86_400, 0),
        ("2026-11-25T13:00:01-05:00", 86_401, -1),
        ("2026-11-26T07:00-05:00", 86_400 + 4 * 3600, -4 * 3600),
    ],
)
def test_elapsed_and_remaining_are_business_seconds_at_the_instant(at, elapsed, remaining):
    answer = ask("service-restoration", "2026-11-20T16:00-05:00", "--at", at).json
    assert (answer["elapsed"], answer["remaining"]) == (elapsed, remaining)


def test_without_an_instant_it_is_now():
    late = ask("password-reset", "2020-01-06T09:00-05:00").json
    assert late["elapsed"] - late["remaining"] == 2 * late["elapsed"] - 4 * 3600
    assert late["remaining"] < 0


@pytest.mark.parametrize(
    ("place", "commitment", "region"),
    [
        ("Québec", "delivery-local", "local"),
        ("kuujjuaq", "delivery-remote", "remote"),
        ("iles-de-la-madeleine", "delivery-remote", "remote"),
        ("Sept-Îles", "delivery-local", "local"),
    ],
)
def test_delivery_lets_the_place_decide(place, commitment, region):
    ran = ask("delivery", "2026-11-23T15:30-05:00", "--place", place)
    assert ran.status == 0
    assert ran.err == ""
    assert (ran.json["commitment"], ran.json["region"], ran.json["place"]) == (
        commitment,
        region,
        place,
    )
    assert ran.json["region_reason"]
    assert ran.json["region_provisional"] is False


def test_an_unknown_place_is_provisionally_local_and_says_so():
    ran = ask("delivery", "2026-11-23T15:30-05:00", "--place", "Nullepart")
    assert ran.status == 0
    assert ran.json["commitment"] == "delivery-local"
    assert ran.json["region_provisional"] is True
    assert "Nullepart" in ran.err
    assert ran.err.startswith("Warning: ")
    assert ran.json["warnings"] == [ran.err.strip().removeprefix("Warning: ")]


def test_a_place_that_contradicts_the_commitment_is_noted():
    ran = ask("delivery-local", "2026-11-23T15:30-05:00", "--place", "Kuujjuaq")
    assert ran.status == 0
    assert ran.json["commitment"] == "delivery-local"
    assert ran.json["due_at"] == "2026-11-27T00:00:00-05:00"
    assert "remote" in ran.err


def test_a_place_makes_no_difference_where_the_promise_knows_none():
    ran = ask("password-reset", "2026-11-23T15:30-05:00", "--place", "Nullepart")
    assert (ran.status, ran.err) == (0, "")
    assert ran.json["region_provisional"] is True


def test_a_blank_place_is_none():
    assert "depends on the place" in ask("delivery", "2026-11-23T15:30-05:00", "--place", " ").error


def test_a_category_of_one_commitment_needs_no_place():
    assert ask("incident", "2026-11-23T15:30-05:00").json["commitment"] == "incident-resolution"


def test_a_season_of_the_operators_decides_by_the_day_of_receipt(folder):
    (folder / "vigie.yaml").write_text(
        "places: [{place: Québec, region: remote, starts_on: '12-15', ends_on: '04-15'}]"
    )
    winter = ask("delivery", "2026-12-15T00:00-05:00", "--place", "Québec").json
    autumn = ask("delivery", "2026-12-14T23:59-05:00", "--place", "Québec").json
    assert (winter["commitment"], autumn["commitment"]) == ("delivery-remote", "delivery-local")


def test_a_day_off_of_the_operators_moves_the_deadline(folder):
    (folder / "vigie.yaml").write_text("closed_days: {2026-11-25: Tempête}")
    assert (
        ask("delivery-local", "2026-11-23T15:30-05:00").json["due_at"]
        == "2026-11-28T00:00:00-05:00"
    )


def test_a_local_time_is_read_in_the_zone_given():
    answer = ask("service-restoration", "2026-11-20T16:00", "--zone", "America/Halifax").json
    assert answer["received_at"] == "2026-11-20T15:00:00-05:00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("delivery", "2026-11-23T15:30-05:00"), ["'delivery' depends on the place", "--place", "delivery-local, delivery-remote"]),
        (("servce-restoration", "2026-11-23T15:30-05:00"), ["no commitment 'servce-restoration'", "did you mean 'service-restoration'?", "billing-report"]),
        (("zzz", "2026-11-23T15:30-05:00"), ["no commitment 'zzz'", "write one of delivery-local"]),
        (("password-reset", "2026-11-23T15:30"), ["does not say in which zone", "--zone America/Toronto"]),
        (("password-reset", "2026-11-01T01:30", "--zone", "America/Toronto"), ["01:30:00-04:00", "01:30:00-05:00"]),
        (("password-reset", "2026-03-08T02:30", "--zone", "America/Toronto"), ["01:30:00-05:00", "03:30:00-04:00"]),
        (("password-reset", "soon"), ["'soon' is not a date and time"]),
        (("password-reset", "2026-11-23T15:30Z", "--zone", "Mars"), ["--zone: 'Mars' is no time zone"]),
        (("password-reset", "2026-11-23T15:30Z", "--at", "later"), ["'later' is not a date and time"]),
        (("password-reset", "2016-12-31T23:59-05:00"), ["before the contract", "2017-01-01"]),
        (("password-reset", "2101-01-05T09:00-05:00"), ["received 2101-01-05T09:00:00-05:00", "quebec-support", "2000-01-01 to 2100-12-31"]),
        (("password-reset", "2100-12-31T16:00-05:00"), ["the deadline is beyond", "2000-01-01 to 2100-12-31"]),
        (("delivery-remote", "2100-12-30T09:00-05:00"), ["the deadline is beyond", "quebec-days", "to 2100-12-31"]),
        (("password-reset", "2026-11-23T15:30Z", "--at", "2101-02-01T00:00Z"), ["--at 2101-01-31T19:00:00-05:00", "quebec-support", "2100-12-31"]),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line_that_helps(arguments, said):
    ran = ask(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    for words in said:
        assert words in ran.error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--received", "2026-11-23T15:30Z"), "--commitment is missing"),
        (("--commitment", "delivery-local"), "--received is missing"),
        (("--from", "x.csv", "--place", "Québec"), "--from brings its own questions: leave out --commitment, --received and --place"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused(arguments, message):
    ran = run("deadline", *arguments)
    assert ran.status == 2
    assert ran.error == message


def test_people_read_the_reasons_with_the_deadline():
    ran = run(
        "deadline", "--commitment", "delivery", "--place", "Kuujjuaq",
        "--received", "2026-11-23T15:30-05:00", "--at", "2026-12-04T12:00-05:00", "--lang", "fr",
    )  # fmt: skip
    plain = ran.out.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "(delivery-remote)",
        "lundi 23 novembre 2026, 15 h 30",
        "fin de journée mercredi 2 décembre 2026 (2026-12-03T00:00:00-05:00)",
        "7 jours ouvrables",
        "en retard de 1 jour ouvrable 12 h",
        "nord du 50e parallèle",
        "Niveaux de service",
        "cspq-mobilite 2019-12-11",
    ):
        assert words in plain


CONTRACT = """\
id: small
version: "{version}"
title: {{fr: Petit, en: Small}}
effective_from: {since}
zone: America/Toronto
source: {{document: Texte, clause: Un}}
support_hours: quebec-support
business_days: quebec-days
providers: [{{id: one, name: One, rank: 1}}]
commitments:
  - id: answer
    label: {{fr: Réponse, en: Answer}}
    case_kind: ticket
    category: request
    amount: {amount}
    calendar: 24x7
    start_rule: from_receipt
    stop_statuses: [answered]
    source: {{document: Texte, clause: Trois}}
  - id: visit
    label: {{fr: Visite, en: Visit}}
    case_kind: ticket
    category: request
    amount: PT90M
    calendar: 24x7
    start_rule: from_receipt
    stop_statuses: [completed]
    effective_from: 2027-06-01
    source: {{document: Texte, clause: Quatre}}
"""


@pytest.fixture
def two_versions(folder):
    (folder / "old.yaml").write_text(CONTRACT.format(version=1, since="2026-01-01", amount="4 h"))
    (folder / "new.yaml").write_text(CONTRACT.format(version=2, since="2027-01-01", amount="2 h"))
    (folder / "vigie.yaml").write_text("contracts: [old.yaml, new.yaml]")


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("received", "version", "due"),
    [
        ("2026-12-31T23:59-05:00", "1", "2027-01-01T03:59:00-05:00"),
        ("2027-01-01T00:00-05:00", "2", "2027-01-01T02:00:00-05:00"),
    ],
)
def test_the_version_in_force_at_receipt_governs(received, version, due):
    answer = ask("answer", received).json
    assert (answer["contract_version"], answer["due_at"]) == (version, due)


@pytest.mark.usefixtures("two_versions")
def test_a_commitment_of_a_later_date_is_not_owed_before_it():
    assert "2027-06-01" in ask("visit", "2027-05-31T23:59-04:00").error
    assert ask("visit", "2027-06-01T00:00-04:00").json["due_at"] == "2027-06-01T01:30:00-04:00"


@pytest.mark.usefixtures("two_versions")
def test_an_amount_that_is_not_whole_in_its_unit_stays_exact():
    assert ask("visit", "2027-06-01T00:00-04:00").json["amount"] == 1.5


@pytest.mark.usefixtures("two_versions")
def test_a_category_of_several_commitments_asks_which():
    assert "answer, visit" in ask("request", "2027-07-01T00:00-04:00").error
    # Only one of them is owed on what was received before the other began.
    assert ask("request", "2027-05-01T00:00-04:00").json["commitment"] == "answer"
