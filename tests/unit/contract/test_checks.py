"""Every kind of malformed contract is told with its line, its key and what would be right."""

import re

import pytest

from monitor.contract.checks import check_contract, parse_version
from monitor.errors import InputError
from tests.support.contracts import CONTRACT, changed

ONE_OF_STATUSES = (
    "write received, awaited, acknowledged, in_progress, waiting_client, waiting_third_party, held,"
    " answered, delivered, activated, resolved, restored, completed, closed, reopened, cancelled or"
    " rejected"
)

WRONG = [
    # Of one part alone.
    ('version: "1"\n', "", "x.yaml:1: version: is missing; add 'version'"),
    ('version: "1"', "version: 1", "x.yaml:2: version: 1 is not text; write text, in quotes if it looks like something else"),
    ("id: small", "id: Small Contract", "x.yaml:1: id: 'Small Contract' is not an identifier; write lower-case letters, digits and single hyphens, such as 'delivery-local'"),
    ("zone: America/Toronto", "zonne: x\nzone: America/Toronto", "x.yaml:5: zonne: is not a key known here; did you mean 'zone'?"),
    ("effective_from: 2026-01-01", "effective_from: 1er janvier", "x.yaml:4: effective_from: '1er janvier' is not a date; write it as 2026-11-23"),
    ("{fr: Petit contrat, en: Small contract}", "Petit contrat", "x.yaml:3: title: 'Petit contrat' is not a mapping; write 'key: value' lines under it"),
    ("{fr: Petit contrat, en: Small contract}", "{fr: Petit contrat}", "x.yaml:3: title.en: is missing; add 'en'"),
    ("{id: one, name: One, rank: 1}", "{id: one, name: One, rank: 0}", "x.yaml:21: providers[one].rank: 0 is too small; write at least 1"),
    ("case_kind: ticket", "case_kind: tiket", "x.yaml:26: commitments[answer].case_kind: 'tiket' is not one of the values it may have; write ticket, order or deliverable (did you mean 'ticket'?)"),
    ("amount: 4 h", "amount: 4 hours", "x.yaml:28: commitments[answer].amount: '4 hours' is not an amount of business time; write '4 h', '3 d', 'PT90M' or 'P2D'"),
    ("amount: 4 h", "amount: 4", "x.yaml:28: commitments[answer].amount: an amount of business time is text; write '4 h', '3 d', 'PT90M' or 'P2D'"),
    ("amount: 4 h", "amount: PT0S", "x.yaml:28: commitments[answer].amount: an amount of zero promises nothing; write more than zero"),
    ("    amount: 4 h\n", "", "x.yaml:24: commitments[answer].amount: is missing; add 'amount: 4 h'"),
    ("start_rule: from_receipt", "start_rule: at_once", "x.yaml:30: commitments[answer].start_rule: 'at_once' is not one of the values it may have; write from_receipt or next_business_day"),
    ("stop_statuses: [answered]", "stop_statuses: []", "x.yaml:31: commitments[answer].stop_statuses: a list has too few items; list at least 1"),
    ("stop_statuses: [answered]", "stop_statuses: answered", "x.yaml:31: commitments[answer].stop_statuses: 'answered' is not a list; write a list, one '- item' a line"),
    ("stop_statuses: [answered]", "stop_statuses: [answerd]", f"x.yaml:31: commitments[answer].stop_statuses[0]: 'answerd' is not one of the values it may have; {ONE_OF_STATUSES} (did you mean 'answered'?)"),
    ("stop_statuses: [answered]", "stop_statuses: [answered]\n    pause_statuses: [answered]", "x.yaml:24: commitments[answer]: status 'answered' is in both stop_statuses and pause_statuses; keep it in one"),
    ("stop_statuses: [answered]", "stop_statuses: [received]", "x.yaml:24: commitments[answer]: status 'received' begins a case and is in stop_statuses; take it out"),
    ("stop_statuses: [answered]", "stop_statuses: [answered]\n    at_risk_percent: 100", "x.yaml:32: commitments[answer].at_risk_percent: 100 is too large; write at most 99"),
    ("    proof: permit\n", "", "x.yaml:54: conditions[permit]: 'proof_required' needs 'proof'; add 'proof'"),
    ("    proof: permit\n", "    proof: permit\n    tag: t\n", "x.yaml:54: conditions[permit]: 'proof_required' has no use for 'tag'; remove it"),
    ("subject: orders", "subject: order", "x.yaml:62: contacts[0].subject: 'order' is not one of the values it may have; write orders, devices, billing-and-reports, technical-support, complaints or other (did you mean 'orders'?)"),
    ("  source: {document: Texte, clause: Deux}", "  unknown: far\n  source: {document: Texte, clause: Deux}", "x.yaml:10: regions.unknown: 'far' is not one of the values it may have; write local or remote"),
    ("id: visit-near", "id: visit-near\n    id: again", "x.yaml:34: commitments[1].id: this key is written twice, first on line 33; keep one of the two"),
    ("zone: America/Toronto", "zone:\tAmerica/Toronto\n\tx: y", "x.yaml:6: a tab stands in the indentation; indent with spaces"),
    # Between the parts.
    ("zone: America/Toronto", "zone: America/Quebec", "x.yaml:5: zone: 'America/Quebec' is no time zone; write an IANA name such as America/Toronto"),
    ("{id: two, name: Two, rank: 2}", "{id: one, name: Two, rank: 2}", "x.yaml:22: providers[one].id: 'one' is the id of another, on line 21; give each its own"),
    ("id: visit-far", "id: visit-near", "x.yaml:43: commitments[visit-near].id: 'visit-near' is the id of another, on line 33; give each its own"),
    ("calendar: desk", "calendar: dsk", "x.yaml:29: commitments[answer].calendar: no calendar 'dsk'; did you mean 'desk'?"),
    ("calendar: desk", "calendar: xyzzy", "x.yaml:29: commitments[answer].calendar: no calendar 'xyzzy'; write one of: 24x7, desk, quebec-days, quebec-support"),
    ("support_hours: desk", "support_hours: quebec-suport", "x.yaml:7: support_hours: no calendar 'quebec-suport'; did you mean 'quebec-support'?"),
    ("support_hours: desk", "support_hours: quebec-days", "x.yaml:7: support_hours: calendar 'quebec-days' measures days; name a calendar that measures hours"),
    ("business_days: quebec-days", "business_days: desk", "x.yaml:8: business_days: calendar 'desk' measures hours; name a calendar that measures days"),
    ("amount: 4 h", "amount: 4 d", "x.yaml:28: commitments[answer].amount: '4 d' counts days, calendar 'desk' hours; write the amount in hours or name a calendar that measures days"),
    ("amount: 2 d", "amount: 2 h", "x.yaml:38: commitments[visit-near].amount: '2 h' counts hours, calendar 'quebec-days' days; write the amount in days or name a calendar that measures hours"),
    ("amount: 4 h", "amount: 4 h\n    effective_from: 2026-01-01", "x.yaml:29: commitments[answer].effective_from: 2026-01-01 is not after the version's own date, 2026-01-01; leave it out, or write a later one"),
    ("category: request", "category: request\n    region: remote", "x.yaml:28: commitments[answer].region: nothing is owed on category 'request' in region 'local'; add a commitment for it, or leave the region out"),
    ("region: remote", "region: island", "x.yaml:47: commitments[visit-far].region: no region 'island'; write one of: local, remote"),
    ("regions:\n  source: {document: Texte, clause: Deux}\n", "", "x.yaml:35: commitments[visit-near].region: the contract has no rule for regions; add 'regions'"),
    ("    region: remote\n", "", "x.yaml:43: commitments[visit-far]: 'visit-far' and 'visit-near' are both owed on the same cases and stop on the same statuses; give them different regions, categories or stop_statuses"),
    ("categories: [visit]", "categories: [vist]", "x.yaml:59: conditions[permit].categories: no commitment has category 'vist'; did you mean 'visit'?"),
    ("min_rank: 2", "min_rank: 3", "x.yaml:58: conditions[permit].min_rank: no provider has rank 3 or later; write at most 2"),
    ("provider: one,", "provider: onee,", "x.yaml:62: contacts[0].provider: no provider 'onee'; did you mean 'one'?"),
    # Of its calendars.
    ("  desk:\n", "  quebec-support:\n", "x.yaml:12: calendars.quebec-support: is the name of a shipped calendar; choose another"),
    ("mon-thu:", "lun-jeu:", "x.yaml:15: calendars.desk.week.lun-jeu: 'lun-jeu' names no days of the week; write 'mon-fri', 'sat' or 'mon, wed'"),
    ("      fri:", "      thu-fri:", "x.yaml:16: calendars.desk.week.thu-fri: thu has its windows under 'mon-thu' already; name each day once"),
    ('"13:00-17:00"', '"13h-17h"', "x.yaml:15: calendars.desk.week.mon-thu[1]: '13h-17h' is not a window; write '08:00-17:00', local times of 24 hours, the end after the start"),
    ('"13:00-17:00"', '"11:00-17:00"', "x.yaml:12: calendars.desk: week: Monday: windows overlap at 11:00; end the first before the second starts"),
    ("    holidays: quebec-government", "    zone: Quebec\n    holidays: quebec-government", "x.yaml:17: calendars.desk.zone: 'Quebec' is no time zone; write an IANA name such as America/Toronto"),
    ("    holidays: quebec-government", "    holidays: federal", "x.yaml:17: calendars.desk.holidays: 'federal' is not one of the values it may have; write quebec-government or none"),
    ("2026-12-23: Fermeture", "2026-13-23: Fermeture", "x.yaml:19: calendars.desk.closed.2026-13-23: '2026-13-23' is not a date; write it as 2026-11-23"),
    ("2026-12-23: Fermeture", "2026-12-23: Fermeture\n    opened: [2026-12-22]", "x.yaml:12: calendars.desk: open days: 2026-12-22 is no holiday: check the date"),
    ("2026-12-23: Fermeture", '2026-12-23: Fermeture\n    special:\n      2026-12-23: {name: Court, windows: ["08:00-10:00"]}', "x.yaml:21: calendars.desk.special.2026-12-23: the date is under 'closed' too; keep one of the two"),
]  # fmt: skip


def test_the_contract_they_start_from_is_sound() -> None:
    assert check_contract(CONTRACT, "x.yaml") == []


@pytest.mark.parametrize(("old", "new", "expected"), WRONG, ids=[w[2][:60] for w in WRONG])
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, expected: str) -> None:
    found = [str(problem) for problem in check_contract(changed(old, new), "x.yaml")]
    assert expected in found


@pytest.mark.parametrize(("old", "new", "expected"), WRONG, ids=[w[2][:60] for w in WRONG])
def test_nothing_else_is_told_of_it(old: str, new: str, expected: str) -> None:
    found = [str(problem) for problem in check_contract(changed(old, new), "x.yaml")]
    # Without the rule for regions, both commitments with a region are wrong; and an id taken
    # twice is one a calendar's new name leaves its users without.
    extra = {"the contract has no rule for regions": 1, "is the name of a shipped calendar": 2}
    allowed = next((n for sign, n in extra.items() if sign in expected), 0)
    assert len(found) - 1 == allowed


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = changed("calendar: desk", "calendar: dsk")
    text = changed("provider: one,", "provider: won,", text)
    text = changed("min_rank: 2", "min_rank: 3", text)
    text = changed("support_hours: desk", "support_hours: x", text)
    assert [problem.line for problem in check_contract(text, "x.yaml")] == [7, 29, 58, 62]


def test_every_problem_of_the_parts_is_told_at_once() -> None:
    text = changed("amount: 4 h", "amount: 4 hours")
    text = changed("rank: 2}", "rank: two}", text)
    text = changed("case_kind: ticket", "case_kind: x", text)
    assert [problem.line for problem in check_contract(text, "x.yaml")] == [22, 26, 28]


def test_parsing_refuses_with_one_line_a_problem() -> None:
    with pytest.raises(InputError) as caught:
        parse_version(changed("calendar: desk", "calendar: dsk"), "x.yaml")
    assert str(caught.value) == (
        "x.yaml:29: commitments[answer].calendar: no calendar 'dsk'; did you mean 'desk'?"
    )


def test_a_response_and_a_resolution_may_be_owed_on_one_case() -> None:
    second = (
        "  - id: settle\n    label: {fr: Règlement, en: Settlement}\n    case_kind: ticket\n"
        "    category: request\n    amount: 9 h\n    calendar: desk\n"
        "    start_rule: from_receipt\n    stop_statuses: [resolved]\n"
        "    source: {document: Texte, clause: Six}\nconditions:\n"
    )
    assert check_contract(changed("conditions:\n", second), "x.yaml") == []


def told(*changes: tuple[str, str]) -> set[tuple[str, str]]:
    text = CONTRACT
    for old, new in changes:
        text = text.replace(old, new, 1)
    return {(problem.message, problem.remedy) for problem in check_contract(text, "x.yaml")}


def test_a_part_wrong_in_itself_hides_no_problem_between_other_parts() -> None:
    slips = [
        ('version: "1"', "version: 1"),
        ("case_kind: ticket", "case_kind: tiket"),
        ("amount: 4 h", "amount: 4 d"),
        ("business_days: quebec-days", "business_days: desk"),
        ("min_rank: 2", "min_rank: 3"),
        ("provider: one,", "provider: onee,"),
    ]
    assert told(*slips) == set().union(*(told(slip) for slip in slips))
    assert len(told(*slips)) == len(slips)


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_no_problem_is_made_up_where_two_parts_are_wrong(number: int) -> None:
    first = WRONG[number][:2]
    for step in (7, 16, 25):
        second = WRONG[(number + step) % len(WRONG)][:2]
        # Two edits of one place are not two slips.
        if CONTRACT.find(first[0]) != CONTRACT.find(second[0]):
            known = unnumbered(first) | unnumbered(second)
            assert unnumbered(first, second) <= known, second


def unnumbered(*changes: tuple[str, str]) -> set[str]:
    """What is told, less the lines it speaks of, which a second change moves."""
    return {re.sub(r"line \d+", "line", message) for message, _ in told(*changes)}
