"""One docket judged by two sets of rules: what moves, which way, and why."""

from datetime import datetime
from typing import Any

import pytest

from monitor.cases.because import Because, Cause
from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.book import ContractBook
from monitor.contract.model import PlaceRuling
from monitor.contract.rule_changes import RuleChanges
from monitor.engine.judge import judge
from monitor.engine.ports import Docket, Owed
from monitor.engine.preview import Consequence, Foreseen, Move, Preview
from monitor.engine.silence import Silence
from monitor.locale import language
from tests.support.cases import KEY, said, utc
from tests.support.rulings import book, changes, promising, version, without
from tests.support.world import order, rules

NOW = utc("2026-11-27 12:00")
RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00."""


def silence(**since: datetime) -> Silence:
    return Silence(stale={}, since=since, vouched_until=since, changed={}, next_at=None)


def docket(
    *statements: tuple[str, str],
    key: CaseKey = KEY,
    before: ContractBook | None = None,
    **facts: Any,
) -> Docket:
    """A case with these statements, judged by the rules before."""
    received = facts.pop("received_at", RECEIVED)
    told: list[Observation] = [
        said(status, at, received_at=received, key=key, **facts)
        for status, at in (("received", received), *statements)
    ]
    fresh = Docket(case_id=1, key=key, observations=told)
    ruling = judge(fresh, rules(book=before or book()), silence=silence(), now=NOW)
    owed = {each.obligation.commitment: Owed(obligation=each.obligation) for each in ruling.judged}
    return Docket(case_id=1, key=key, observations=told, owed=owed)


def foresee(case: Docket, found: RuleChanges) -> Foreseen:
    return Preview(found, silence(), NOW).foresee(case)


def only(case: Docket, found: RuleChanges) -> Consequence:
    (consequence,) = foresee(case, found).consequences
    return consequence


def causes(consequence: Consequence) -> list[Cause]:
    return [because.cause for because in consequence.why]


def english(why: tuple[Because, ...] | Any) -> list[str]:
    return [because.sentence(language("en")).replace("\N{NO-BREAK SPACE}", " ") for because in why]


def test_a_day_off_moves_a_deadline_and_turns_a_verdict() -> None:
    late = docket(("resolved", "2026-11-24 10:00"))
    found = only(late, changes(book(closed={"2026-11-23": "Tempête"})))
    assert found.verdicts == (Verdict.MISSED, Verdict.MET)
    assert found.move is Move.LATER
    assert found.moved_by == utc("2026-11-24 15:00") - utc("2026-11-23 16:00")
    assert found.before is not None
    assert found.after is not None
    assert [each.evaluation.due_at for each in (found.before, found.after)] == [
        utc("2026-11-23 16:00"), utc("2026-11-24 15:00"),
    ]  # fmt: skip
    assert causes(found) == [Cause.CALENDAR_CHANGED]
    assert english(found.why) == ["New day off: Tempête, Monday, November 23, 2026."]


def test_only_the_days_between_start_and_deadline_are_causes() -> None:
    delivery = docket(
        key=order("PO-1"), category="delivery", place="Gatineau", received_at="2026-11-23 15:30"
    )
    days = dict.fromkeys(["2026-11-23", "2026-11-25", "2026-12-04"], "Tempête")
    found = only(delivery, changes(book(closed=days)))
    # Day 1 is the day after receipt, whatever the day of receipt was.
    assert english(found.why) == ["New day off: Tempête, Wednesday, November 25, 2026."]


def test_a_case_that_is_not_touched_is_not_judged() -> None:
    met = docket(("resolved", "2026-11-23 10:00"))
    assert foresee(met, changes(book(closed={"2026-11-24": "Tempête"}))) == Foreseen(touched=False)


def test_a_case_that_is_touched_may_stand_as_it_does() -> None:
    met = docket(("resolved", "2026-11-23 10:00"))
    renamed = foresee(met, changes(book(version(version="renamed"))))
    assert (renamed.touched, renamed.judged, renamed.consequences) == (True, 1, [])


@pytest.mark.parametrize(
    ("fields", "move", "verdicts", "sentence"),
    [
        ({"amount": "5 h"}, Move.EARLIER, ("met", "missed"),
         "Resolution of an incident: the time allowed goes from 7 business hours to 5 business hours."),
        ({"amount": "9 h"}, Move.LATER, ("met", "met"), None),
        ({"calendar": "24x7"}, Move.UNMOVED, ("met", "met"), None),
        ({"stop_statuses": ["closed"]}, Move.UNMOVED, ("met", "breached"), None),
        ({"start_rule": "next_business_day"}, Move.LATER, ("met", "met"), None),
    ],
)  # fmt: skip
def test_another_promise_is_a_cause(
    fields: dict[str, Any], move: Move, verdicts: tuple[str, str], sentence: str | None
) -> None:
    case = docket(("resolved", "2026-11-23 15:00"))
    found = foresee(case, changes(book(version(promising("incident-resolution", **fields)))))
    if move is Move.UNMOVED and len(set(verdicts)) == 1:
        assert found.consequences == []
        return
    (consequence,) = found.consequences
    assert (consequence.move, consequence.verdicts) == (move, verdicts)
    assert causes(consequence) == [Cause.COMMITMENT_CHANGED]
    assert sentence in (None, english(consequence.why)[0])


def test_a_pause_lifts_a_deadline_and_its_end_sets_one() -> None:
    pausing = book(version(promising("incident-resolution", pause_statuses=["waiting_client"])))
    waiting = ("waiting_client", "2026-11-23 10:00")
    assert only(docket(waiting), changes(pausing)).move is Move.LIFTED
    back = only(docket(waiting, before=pausing), changes(book(), pausing))
    assert (back.move, back.verdicts) == (Move.SET, (Verdict.PENDING, Verdict.BREACHED))


def test_a_commitment_withdrawn_is_no_longer_owed_and_a_new_one_newly() -> None:
    less = book(version(without("incident-resolution")))
    gone = only(docket(), changes(less))
    assert (gone.move, gone.after, causes(gone)) == (
        Move.NO_LONGER_OWED, None, [Cause.COMMITMENT_REMOVED],
    )  # fmt: skip
    come = only(docket(before=less), changes(book(), less))
    assert (come.move, come.before, causes(come)) == (
        Move.NEWLY_OWED, None, [Cause.COMMITMENT_ADDED],
    )  # fmt: skip


def test_a_ruling_on_a_place_exchanges_one_promise_for_another() -> None:
    delivery = docket(key=order("PO-1"), category="delivery", place="Gatineau")
    found = foresee(
        delivery, changes(book(rulings=(PlaceRuling(place="Gatineau", region="remote"),)))
    )
    assert [(each.commitment, each.move) for each in found.consequences] == [
        ("delivery-local", Move.NO_LONGER_OWED), ("delivery-remote", Move.NEWLY_OWED),
    ]  # fmt: skip
    for each in found.consequences:
        assert english(each.why) == ["Delivery region: remote instead of local."]


def test_another_version_governs_or_none() -> None:
    second = version(
        promising("incident-resolution", amount="5 h"), version="2", effective_from="2026-11-01"
    )
    found = only(docket(), changes(book(version(), second)))
    assert causes(found) == [Cause.COMMITMENT_CHANGED, Cause.VERSION_CHANGED]
    assert english(found.why)[1] == (
        "Version 2 of the contract, in force from Sunday, November 1, 2026,"
        " governs instead of 2019-12-11."
    )
    late = book(version(effective_from="2026-11-24"))
    gone = only(docket(), changes(late))
    assert (gone.move, causes(gone)) == (Move.NO_LONGER_OWED, [Cause.NOT_IN_FORCE])
    # No obligation is stored of what was never promised.
    come = only(docket(before=late), changes(book(), late))
    assert (come.move, causes(come)) == (Move.NEWLY_OWED, [Cause.NOW_IN_FORCE])


def test_the_contracts_own_words_tell_of_another_week() -> None:
    def desk(week: str) -> ContractBook:
        def edit(content: dict[str, Any]) -> None:
            label = {"fr": "Guichet", "en": "Desk"}
            content["calendars"] = {"desk": {"label": label, "week": {"mon-fri": [week]}}}
            promising("incident-resolution", calendar="desk")(content)

        return book(version(edit))

    before, after = desk("08:00-17:00"), desk("08:00-12:00")
    found = only(docket(before=before), changes(after, before))
    (sentence,) = english(found.why)
    assert sentence.startswith("Desk: change to the week, from ")


def test_a_silent_source_is_silent_on_both_sides() -> None:
    silent = silence(**{"telus-tickets": utc("2026-11-23 10:00")})
    found = Preview(changes(book(closed={"2026-11-23": "Tempête"})), silent, NOW).foresee(docket())
    (consequence,) = found.consequences
    assert consequence.verdicts == (Verdict.UNKNOWN, Verdict.UNKNOWN)


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_without_a_change_of_its_own_has_a_sentence(cause: Cause) -> None:
    own = {Cause.COMMITMENT_ADDED, Cause.COMMITMENT_REMOVED, Cause.COMMITMENT_CHANGED,
           Cause.CONTRACT_CHANGED, Cause.CALENDAR_CHANGED}  # fmt: skip
    if cause in own:
        return
    because = Because(cause=cause, before="local", after="remote", effective_from=NOW.date())
    french = because.sentence(language("fr"))
    assert french.endswith(".")
    assert french != because.sentence(language("en"))
