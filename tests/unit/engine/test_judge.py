"""One docket judged, without a store."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.alerts.escalation import Recipient
from monitor.cases.obligation import Reason, Verdict
from monitor.cases.observation import Observation
from monitor.engine.judge import judge
from monitor.engine.ports import RETRY_AFTER, Docket, FaultKind, Owed, Ruling
from monitor.engine.silence import Silence
from tests.support.cases import KEY, said, utc
from tests.support.world import DESK, MANAGER, rules

RECEIVED = "2026-11-23 09:00"
BREACHED = utc("2026-11-23 16:30")


def silence(since: datetime | None = None) -> Silence:
    silent = {} if since is None else {"telus-tickets": since}
    return Silence(stale={}, since=silent, vouched_until=silent, changed={}, next_at=None)


def received(**changes: object) -> Observation:
    return replace(said("received", RECEIVED, received_at=RECEIVED), **changes)  # type: ignore[arg-type]  # any field


def ruling(
    *observations: Observation, now: datetime = BREACHED, before: Ruling | None = None
) -> Ruling:
    owed = {} if before is None else {
        each.obligation.commitment: Owed(obligation=replace(each.obligation, id=7))
        for each in before.judged
    }  # fmt: skip
    docket = Docket(case_id=1, key=KEY, observations=observations, owed=owed)
    return judge(docket, rules(), silence=silence(), now=now)


def test_what_is_told_names_each_recipient_once_in_their_language() -> None:
    english = Recipient(
        role="organization-respondent", channel="mail", address="en@example.org", lang="en"
    )
    elsewhere = replace(english, address="other@example.org", organization="MTQ")
    docket = Docket(case_id=1, key=KEY, observations=[received()])
    judged_by = rules(recipients=(MANAGER, DESK, english, elsewhere))
    (judged,) = judge(docket, judged_by, silence=silence(), now=BREACHED).judged
    overtaken, warning, breach = judged.escalations
    assert not overtaken.notifications
    assert not warning.notifications
    sent = {each.address: each for each in breach.notifications}
    assert set(sent) == {MANAGER.address, DESK.address, english.address}
    assert len({each.key for each in sent.values()}) == 3
    first = {address: each.text.splitlines()[0] for address, each in sent.items()}
    assert first[MANAGER.address] == first[DESK.address] != first[english.address]
    assert sent[MANAGER.address].text != sent[english.address].text
    assert {each.lang for each in sent.values()} == {"fr", "en"}
    assert sent[DESK.address].role == "provider-desk"


def test_the_next_look_is_the_ladders_too() -> None:
    (judged,) = ruling(received(), now=utc("2026-11-23 09:00")).judged
    assert judged.obligation.evaluation.next_wakeup_at == utc("2026-11-23 12:30")
    assert judged.obligation.id == 0


def test_an_obligation_keeps_its_id() -> None:
    before = ruling(received(), now=utc("2026-11-23 09:00"))
    (judged,) = ruling(received(), before=before).judged
    assert judged.obligation.id == 7
    assert judged.obligation.evaluation.verdict is Verdict.BREACHED


def test_a_case_is_open_while_something_is_owed() -> None:
    assert ruling(received()).is_open
    resolved = said("resolved", "2026-11-23 10:00", received_at=RECEIVED)
    assert not ruling(received(), resolved).is_open


@pytest.mark.parametrize(("status", "is_open"), [("in_progress", True), ("delivered", False)])
def test_a_case_owed_nothing_is_followed_until_it_ends(status: str, *, is_open: bool) -> None:
    odd = said(status, "2026-11-23 10:00", received_at=RECEIVED, category="sundry")
    found = ruling(received(category="sundry"), odd)
    assert found.fault
    assert found.fault.kind is FaultKind.NO_COMMITMENT
    assert "'sundry'" in found.fault.message
    assert (found.is_open, found.retry_at) == (is_open, None)


def test_without_a_category_nothing_is_owed() -> None:
    found = ruling(received(category=None))
    assert found.fault
    assert found.fault.message.startswith("no category is stated")


def test_a_case_without_statements_is_a_fault_of_ours() -> None:
    found = ruling()
    assert found.fault
    assert found.fault.kind is FaultKind.UNEXPECTED
    assert found.retry_at == BREACHED + RETRY_AFTER


def test_what_a_commitment_no_longer_covers_is_released_and_told() -> None:
    order = received(category="delivery", place="Gatineau")
    before = ruling(order, now=utc("2026-11-30 09:00"))
    assert [j.obligation.commitment for j in before.judged] == ["delivery-local"]
    (local,) = before.judged
    told = Owed(obligation=replace(local.obligation, id=7), told=[MANAGER])
    docket = Docket(
        case_id=1,
        key=KEY,
        observations=[replace(order, place="Kuujjuaq")],
        owed={"delivery-local": told},
    )
    after = judge(docket, rules(), silence=silence(), now=utc("2026-11-30 09:00"))
    verdicts = {j.obligation.commitment: j.obligation.evaluation.verdict for j in after.judged}
    assert verdicts["delivery-local"] is Verdict.CANCELLED
    assert verdicts["delivery-remote"] in (Verdict.PENDING, Verdict.AT_RISK)
    released = next(j for j in after.judged if j.obligation.commitment == "delivery-local")
    assert released.obligation.evaluation.reason is Reason.NO_LONGER_OWED
    assert released.obligation.evaluation.next_wakeup_at is None


def test_a_promise_that_left_the_book_is_released_in_silence() -> None:
    (judged,) = ruling(received()).judged
    foreign = replace(judged.obligation, id=7, commitment="gone", contract_version="0")
    docket = Docket(
        case_id=1, key=KEY, observations=[received()], owed={"gone": Owed(obligation=foreign)}
    )
    found = judge(docket, rules(), silence=silence(), now=BREACHED)
    gone = next(j for j in found.judged if j.obligation.commitment == "gone")
    assert gone.obligation.evaluation.verdict is Verdict.CANCELLED
    assert list(gone.escalations) == []


def test_a_silent_source_is_told_unconfirmed() -> None:
    docket = Docket(case_id=1, key=KEY, observations=[received()])
    since = utc("2026-11-23 15:00")
    (judged,) = judge(docket, rules(), silence=silence(since), now=BREACHED).judged
    assert judged.silent
    assert judged.obligation.evaluation.verdict is Verdict.UNKNOWN
    told = judged.escalations[-1]
    assert told.firing.unconfirmed
    assert told.firing.at == utc("2026-11-23 16:00") + timedelta(microseconds=1)
