"""Which obligations a change of the rules can touch, and the sieve that must not lose one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from monitor.cases.at_stake import CaseAtStake, asks_for_categories, bounds, touched
from monitor.cases.obligation import Evaluation, Obligation, Reason, Verdict
from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook
from monitor.contract.model import PlaceRuling, Unit
from monitor.contract.rule_changes import RuleChanges
from tests.support.cases import KEY, utc
from tests.support.rulings import book, changes, promising, version, without

NOW = utc("2026-11-27 12:00")


def owed(**said: Any) -> Obligation:
    """An incident received on Monday at 9:00, due at 16:00 and met at noon, unless told otherwise."""
    evaluation = {
        "verdict": Verdict.MET, "reason": Reason.STOPPED_IN_TIME,
        "starts_at": "2026-11-23 09:00", "due_at": "2026-11-23 16:00", "stopped_at": "2026-11-23 12:00",
        "elapsed_seconds": 10_800, "remaining_seconds": 14_400, "episode": 0, "next_wakeup_at": None,
    }  # fmt: skip
    facts = {
        "id": 1, "key": KEY, "source": "telus-tickets", "organization": None, "place": None, "region": None,
        "region_provisional": False, "commitment": "incident-resolution",
        "contract_version": "2019-12-11", "calendar": "quebec-support", "unit": Unit.BUSINESS_HOURS,
        "amount_seconds": 25_200, "received_at": "2026-11-23 09:00", "evaluated_at": NOW, "confirmed_at": None,
    }  # fmt: skip
    instants = {"starts_at", "due_at", "stopped_at", "next_wakeup_at", "received_at"}
    for name, value in said.items():
        (evaluation if name in evaluation else facts)[name] = value
    for values in (evaluation, facts):
        for name in instants & set(values):
            if isinstance(values[name], str):
                values[name] = utc(str(values[name]))
    return Obligation(**facts, evaluation=Evaluation(**evaluation))  # type: ignore[arg-type]  # a shorthand


def is_open(**said: Any) -> Obligation:
    return owed(
        **{"verdict": Verdict.PENDING, "reason": Reason.WITHIN_TIME, "stopped_at": None} | said
    )


def delivery(place: str, region: str, **said: Any) -> Obligation:
    return owed(
        commitment=f"delivery-{region}", calendar="quebec-days", place=place, region=region, **said
    )


def at_stake(*obligations: Obligation, **facts: Any) -> CaseAtStake:
    received_at = obligations[0].received_at if obligations else utc("2026-11-23 09:00")
    case = CaseAtStake(
        id=1, received_at=received_at, categories=frozenset(), faulty=False, owed=obligations
    )
    return replace(case, **facts)


def closing(*days: str) -> RuleChanges:
    return changes(book(closed=dict.fromkeys(days, "Tempête")))


@pytest.mark.parametrize(
    ("day", "obligation", "expected"),
    [
        ("2026-11-23", owed(), True),
        ("2026-11-24", owed(), False),
        ("2026-11-20", owed(), False),
        # A weekend day was closed before.
        ("2026-11-22", owed(received_at="2026-11-20 16:00"), False),
        # Late: what is counted goes on to the stop.
        ("2026-11-24", owed(stopped_at="2026-11-25 09:00", verdict=Verdict.MISSED), True),
        # Stopped early: the deadline is nevertheless what it was late or early by.
        ("2026-11-24", owed(due_at="2026-11-25 09:00"), True),
        # Due at the end of a day: the next one does not matter.
        ("2026-11-24", owed(due_at="2026-11-24 00:00"), False),
        ("2026-11-23", owed(received_at="2026-11-24 00:00", due_at="2026-11-24 15:00"), False),
        # Open and late: counted until now.
        ("2026-11-27", is_open(verdict=Verdict.BREACHED), True),
        ("2026-11-30", is_open(verdict=Verdict.BREACHED), False),
        # Its next step after the breach waits for a day that is off.
        ("2026-11-30", is_open(verdict=Verdict.BREACHED, next_wakeup_at="2026-12-01 16:00"), True),
        # A calendar around the clock keeps no day off; those that time what follows a breach do.
        ("2026-11-23", owed(calendar="24x7"), False),
        ("2026-11-23", is_open(calendar="24x7"), True),
        # Paused: no deadline, and counted until the pause began.
        ("2026-11-23", is_open(due_at=None, reason=Reason.PAUSED), True),
        ("2026-11-30", is_open(due_at=None, reason=Reason.PAUSED), False),
    ],
)  # fmt: skip
def test_a_day_off_touches_the_spans_it_lies_in(
    day: str, obligation: Obligation, *, expected: bool
) -> None:
    found = closing(day)
    assert touched(found, at_stake(obligation), NOW) is expected
    assert not expected or passes(found, obligation)


@pytest.mark.parametrize(
    ("after", "obligation", "expected"),
    [
        (book(version(promising("incident-resolution", amount="8 h"))), owed(), True),
        (book(version(promising("incident-resolution", at_risk_percent=50))), owed(), True),
        (book(version(promising("incident-resolution", target_percent=95.0))), owed(), False),
        (book(version(promising("service-restoration", amount="8 h"))), owed(), False),
        (book(version(without("incident-resolution"))), owed(), True),
        # Steps after a breach: only of what is open.
        (book(version(support_hours="24x7")), owed(), False),
        (book(version(support_hours="24x7")), is_open(), True),
        (book(version(zone="America/Halifax")), owed(), True),
        # An obligation holds its version's name.
        (book(version(version="renamed")), owed(), True),
        (book(version(effective_from="2026-11-24")), owed(), True),
        (book(version(effective_from="2026-11-23")), owed(), False),
        (book(version(), version(version="2", effective_from="2026-11-24")), owed(), False),
        (book(version(), version(version="2", effective_from="2026-11-23")), owed(), True),
        (book(version(contacts=[])), owed(), False),
    ],
)
def test_what_the_contract_promises_touches_by_receipt(
    after: ContractBook, obligation: Obligation, *, expected: bool
) -> None:
    found = changes(after)
    assert touched(found, at_stake(obligation), NOW) is expected
    assert not expected or passes(found, obligation)


@pytest.mark.parametrize(
    ("ruling", "obligation", "expected"),
    [
        (PlaceRuling(place="Gatineau", region="remote"), delivery("Gatineau", "local"), True),
        (PlaceRuling(place="gatineau", region="remote"), delivery("GATINEAU (Québec)", "local"), True),
        (PlaceRuling(place="Gatineau", region="remote"), delivery("Laval", "local"), False),
        # It says what the directory says, but somebody said it.
        (PlaceRuling(place="Nowhere", region="local"), delivery("Nowhere", "local", region_provisional=True), True),
        (PlaceRuling(place="Gatineau", region="local"), delivery("Gatineau", "local"), False),
        # Out of season on the day of receipt.
        (PlaceRuling(place="Gatineau", region="remote", starts_on="12-15", ends_on="04-15"), delivery("Gatineau", "local"), False),
        (PlaceRuling(place="Gatineau", region="remote"), owed(place="Gatineau"), False),
    ],
)  # fmt: skip
def test_a_ruling_touches_what_depends_on_its_place(
    ruling: PlaceRuling, obligation: Obligation, *, expected: bool
) -> None:
    found = changes(book(rulings=(ruling,)))
    assert touched(found, at_stake(obligation), NOW) is expected


def test_another_directory_of_places_touches_all_that_depends_on_one() -> None:
    basis = Basis.of(book())
    found = RuleChanges.between(replace(basis, places="another"), basis)
    assert touched(found, at_stake(delivery("Laval", "local")), NOW)
    assert not touched(found, at_stake(owed()), NOW)


def test_a_new_promise_touches_the_cases_that_ever_had_its_category() -> None:
    found = changes(book(), book(version(without("service-restoration"))))
    assert asks_for_categories(found)
    assert touched(found, at_stake(owed(), categories=frozenset({"incident", "outage"})), NOW)
    assert not touched(found, at_stake(owed(), categories=frozenset({"incident"})), NOW)
    assert not asks_for_categories(closing("2026-11-23"))


def test_a_case_that_could_not_be_judged_is_judged_by_any_other_rules() -> None:
    assert touched(closing("2026-12-23"), at_stake(faulty=True), NOW)
    assert not touched(changes(book()), at_stake(faulty=True), NOW)


def passes(found: RuleChanges, obligation: Obligation) -> bool:
    """Whether the sieve lets it through, as a store reads it."""
    evaluation = obligation.evaluation
    ends = [at for at in (evaluation.due_at, evaluation.stopped_at) if at is not None]
    return any(
        bound.received_from <= obligation.received_at
        and (bound.received_until is None or obligation.received_at < bound.received_until)
        and (bound.commitments is None or obligation.commitment in bound.commitments)
        and _reaches(bound.reaching, ends, obligation)
        for bound in bounds(found)
    )


def _reaches(reaching: datetime | None, ends: list[datetime], obligation: Obligation) -> bool:
    is_open = obligation.evaluation.is_open
    return reaching is None or is_open or any(at > reaching for at in ends)


def test_the_sieve_is_as_narrow_as_the_change() -> None:
    (day,) = bounds(closing("2026-11-24"))
    assert (day.received_until, day.reaching) == (utc("2026-11-25 00:00"), utc("2026-11-24 00:00"))
    (later,) = bounds(changes(book(version(), version(version="2", effective_from="2026-11-24"))))
    assert (later.received_from, later.received_until) == (utc("2026-11-24 00:00"), None)
    (promise,) = bounds(changes(book(version(promising("incident-resolution", amount="5 h")))))
    assert promise.commitments == frozenset({"incident-resolution"})
    assert bounds(changes(book(version(contacts=[])))) == []
