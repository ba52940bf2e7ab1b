"""At this time the provider says this; go on; expect these messages. Everything real but time."""

from pathlib import Path

import pytest

from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.obligation import Reason, Verdict
from monitor.cases.observation import CaseKey
from monitor.contract.model import CaseKind, Status
from tests.support.cases import utc
from tests.support.scene import ADVISER, BODY, DESK, MANAGER, Scene, scene, text_of


def test_closed_on_time_tells_nobody(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        s.until("2026-11-23 09:00")
        ref = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 10:00")
        assert s.verdict(ref) is Verdict.PENDING
        assert s.owed(ref).evaluation.due_at == utc("2026-11-23 16:00")
        s.telus.change_status(ref, "resolved")
        s.until("2026-11-24 12:00")
        assert s.verdict(ref) is Verdict.MET
        assert s.mail.count == 0


def test_at_risk_then_met(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        ref = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 11:29")
        assert s.subjects() == []
        s.until("2026-11-23 11:30")
        assert s.subjects() == [
            f"[NOTE] TELUS · Résolution d'un incident · {ref} · échéance le 23 nov. à 15 h"
        ]
        s.until("2026-11-23 14:00")
        assert s.verdict(ref) is Verdict.AT_RISK
        s.telus.change_status(ref, "resolved")
        s.until("2026-11-25 12:00")
        assert s.verdict(ref) is Verdict.MET
        assert [subject.split("]")[0] for subject in s.subjects()] == [
            "[NOTE", "[À RISQUE", "[CLOS",
        ]  # fmt: skip
        # The desk was told at 80 % only, in English, and is told of the close.
        assert [subject.split("]")[0] for subject in s.subjects(DESK)] == ["[AT RISK", "[CLOSED"]


def test_breached_then_closed_late(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-20 16:00", every="2 h", stale_after="6 h") as s:
        ref = s.telus.open_ticket("outage", BODY)
        s.until("2026-11-25 13:00")
        assert s.verdict(ref) is Verdict.AT_RISK
        assert len(s.subjects()) == 2
        s.until("2026-11-25 13:01")
        assert s.verdict(ref) is Verdict.BREACHED
        assert s.subjects()[-1].startswith("[MANQUEMENT] TELUS · ")
        assert s.subjects()[-1].endswith(f" · {ref} · échu le 25 nov. à 13 h")
        letter = text_of(s.mails(MANAGER)[-1])
        assert "24 heures ouvrables" in letter
        assert "Ministère des Exemples" not in letter  # Names come from the operator's own list.
        assert "ORG-101" in letter
        # Four business hours later, and two business days later, up the ladder.
        s.until("2026-11-25 17:00")
        assert len(s.subjects()) == 4
        assert s.mails(ADVISER) == []
        s.until("2026-11-28 00:00")
        assert len(s.mails(ADVISER)) == 1
        s.telus.change_status(ref, "resolved")
        s.until("2026-11-30 09:00")
        assert s.verdict(ref) is Verdict.MISSED
        assert s.subjects()[-1].startswith("[CLOS] ")
        assert len(s.mails(ADVISER)) == 2


def test_received_outside_hours(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-20 18:30", every="2 h", stale_after="6 h") as s:
        ref = s.rogers.open_ticket("password-reset", BODY)
        s.until("2026-11-23 07:00")
        owed = s.owed(ref)
        assert owed.evaluation.reason is Reason.NOT_STARTED
        assert owed.evaluation.starts_at == utc("2026-11-23 08:00")
        s.until("2026-11-23 12:00")
        assert s.verdict(ref) is Verdict.AT_RISK
        s.until("2026-11-23 12:01")
        assert s.verdict(ref) is Verdict.BREACHED
        assert s.subjects()[-1].endswith(f"{ref} · échu le 23 nov. à 12 h")


def test_over_a_holiday(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-12-23 16:00", every="3 h", stale_after="12 h") as s:
        ref = s.telus.open_ticket("incident", BODY)
        # 24, 25 and 28 December are days off, 26 and 27 a weekend.
        s.until("2026-12-29 10:00")
        assert s.owed(ref).evaluation.due_at == utc("2026-12-29 14:00")
        assert len(s.subjects()) == 0
        s.until("2026-12-29 14:01")
        assert s.verdict(ref) is Verdict.BREACHED
        assert "Lendemain de Noël" in text_of(s.mails(MANAGER)[-1])


@pytest.mark.parametrize(
    ("place", "commitment", "due"),
    [
        ("Québec", "delivery-local", "2026-11-27 00:00"),
        ("Sept-Îles", "delivery-local", "2026-11-27 00:00"),
        ("Fermont", "delivery-remote", "2026-12-03 00:00"),
        ("Les Îles-de-la-Madeleine", "delivery-remote", "2026-12-03 00:00"),
    ],
)
def test_local_and_remote_delivery(tmp_path: Path, place: str, commitment: str, due: str) -> None:
    with scene(tmp_path, "2026-11-23 15:30", every="1 h", stale_after="6 h") as s:
        ref = s.telus.place_order("delivery", BODY, place=place)
        s.until("2026-11-24 09:00")
        owed = s.owed(ref)
        assert (owed.commitment, owed.evaluation.due_at) == (commitment, utc(due))
        assert not owed.region_provisional
        s.until("2026-11-25 15:00")
        s.telus.complete(ref)
        s.until("2026-11-25 17:00")
        assert s.verdict(ref) is Verdict.MET
        assert s.owed(ref).evaluation.stopped_at == utc("2026-11-25 15:00")


def test_an_unknown_place_is_provisionally_local_and_flagged(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 15:30", every="1 h", stale_after="6 h") as s:
        ref = s.telus.place_order("delivery", BODY, place="Nulle-Part-sur-Mer")
        s.until("2026-11-23 17:00")
        owed = s.owed(ref)
        assert (owed.commitment, owed.region_provisional) == ("delivery-local", True)


def test_reopened_resumes_the_same_clock_and_may_tell_again(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        ref = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 12:00")
        assert len(s.subjects()) == 1
        s.telus.change_status(ref, "resolved")
        s.until("2026-11-24 09:00")
        assert s.verdict(ref) is Verdict.MET
        assert len(s.subjects()) == 2
        s.telus.change_status(ref, "inProgress")
        s.until("2026-11-24 09:30")
        owed = s.owed(ref)
        assert owed.evaluation.verdict is Verdict.PENDING
        assert owed.evaluation.episode == 1
        assert owed.evaluation.due_at == utc("2026-11-24 12:00")
        s.until("2026-11-24 12:01")
        assert s.verdict(ref) is Verdict.BREACHED
        assert s.subjects()[-1].startswith("[MANQUEMENT]")


def test_messages_on_one_obligation_are_one_conversation(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 15:01")
        note, warning, breach = (mail.message for mail in s.mails(MANAGER))
        assert note["Message-ID"] != warning["Message-ID"] != breach["Message-ID"]
        roots = {message["References"].split()[0] for message in (note, warning, breach)}
        assert len(roots) == 1
        assert breach["Auto-Submitted"] == "auto-generated"
        assert breach.get_body(("html",)) is not None


def test_a_silent_source_is_unknown_and_settles_when_it_speaks_again(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        ref = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 09:00")
        with s.telus_out_of_reach():
            s.until("2026-11-23 12:00")
            assert s.owed(ref).evaluation.reason is Reason.SOURCE_SILENT
            s.telus.change_status(ref, "resolved")
            s.until("2026-11-23 15:30")
            assert s.verdict(ref) is Verdict.UNKNOWN
            assert "non confirmé" in s.subjects()[-1].lower()
        s.until("2026-11-23 16:00")
        assert s.verdict(ref) is Verdict.MET
        assert s.owed(ref).evaluation.stopped_at == utc("2026-11-23 12:00")


def test_a_breach_that_was_none_is_taken_back_in_both_languages(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        ref = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 09:00")
        with s.telus_out_of_reach():
            s.until("2026-11-23 12:00")
            s.telus.change_status(ref, "resolved")
            s.until("2026-11-23 15:30")
        s.until("2026-11-23 18:00")
        assert s.subjects()[-1] == (
            f"[RECTIFICATION] TELUS · Résolution d'un incident · {ref} · respecté, fermé le 23 nov."
            " à 12 h"
        )
        assert [subject.split("]")[0] for subject in s.subjects(DESK)][-2:] == [
            "[BREACH, UNCONFIRMED", "[CORRECTION",
        ]  # fmt: skip
        french, english = text_of(s.mails(MANAGER)[-1]), text_of(s.mails(DESK)[-1])
        assert "Ce qui a été dit : Indéterminé – échu le 23 nov. à 15 h" in french
        assert "Ce qui est vrai : respecté, fermé le 23 nov. à 12 h" in french
        assert "What was said: Unknown – was due Nov 23 at 3 p.m." in english
        assert "What is true: met, closed Nov 23 at 12 p.m." in english
        breach, correction = (mail.message for mail in s.mails(DESK)[-2:])
        assert correction["References"] == breach["References"]
        # Both are kept, and nothing is said a second time.
        record = s.station.readings.case(s.owed(ref).key)
        assert record is not None
        assert [each.step for each in record.escalations][-3:] == ["breach", "closed", "correction"]
        count = s.mail.count
        s.until("2026-11-25 12:00")
        assert s.mail.count == count


def test_what_came_due_in_a_long_downtime_is_told_in_order_and_says_how_late(
    tmp_path: Path,
) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        outage = s.telus.open_ticket("outage", BODY)
        s.until("2026-11-23 10:00")
        incident = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 10:30")
        assert s.mail.count == 0
        # Down from Monday to Friday: five and four steps of two ladders came due.
        s.clock.move_to(utc("2026-11-27 08:30"))
        s.until("2026-11-27 08:40")
        # Their deadlines were Monday at 17:00 and Wednesday at 14:00.
        assert [(subject.split("]")[0], subject.split(" · ")[2]) for subject in s.subjects()] == [
            ("[MANQUEMENT", incident), ("[MANQUEMENT", outage),
        ]  # fmt: skip
        first, second = (text_of(mail) for mail in s.mails(MANAGER))
        assert "Écart : en retard de 27 h 30 min ouvrables" in first
        assert "Cet avis arrive avec 9 h 30 min ouvrables de retard" in first
        assert "Écart : en retard de 12 h 30 min ouvrables" in second
        # The desk would have had the warning and the breach of each: one message of each it is.
        assert len(s.mails(DESK)) == 2
        assert "Margin: late by 27 h 30 min of business time" in text_of(s.mails(DESK)[0])
        assert "This notice comes late by 9 h 30 min" in text_of(s.mails(DESK)[0])
        assert len(s.mails(ADVISER)) == 1
        record = s.station.readings.case(s.owed(incident).key)
        assert record is not None
        assert [(each.step, bool(each.notifications)) for each in record.escalations] == [
            ("half", False), ("warning", False), ("breach", False), ("complaint", False),
            ("adviser", True),
        ]  # fmt: skip


def test_a_day_off_added_later_moves_what_it_touches_and_repeats_nothing(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-20 16:00", every="2 h", stale_after="6 h") as s:
        outage = s.telus.open_ticket("outage", BODY)
        s.until("2026-11-24 11:01")
        assert [subject.split("]")[0] for subject in s.subjects()] == ["[NOTE"]
        incident = s.telus.open_ticket("incident", BODY)
        s.until("2026-11-24 12:00")
        s.reconfigure(lambda text: text + "closed_days: {2026-11-23: Tempête}\n")
        s.until("2026-11-24 12:10")
        # It was received before the day off and due after it; the incident is later than both.
        assert s.owed(outage).evaluation.due_at == utc("2026-11-26 13:00")
        assert s.owed(incident).evaluation.due_at == utc("2026-11-25 09:01")
        s.until("2026-11-26 13:00")
        assert s.verdict(outage) is Verdict.AT_RISK
        of_outage = [subject for subject in s.subjects() if outage in subject]
        assert [subject.split("]")[0] for subject in of_outage] == ["[NOTE", "[À RISQUE"]


def test_going_over_the_same_time_again_adds_nothing(tmp_path: Path) -> None:
    with scene(tmp_path, "2026-11-23 08:00") as s:
        s.telus.open_ticket("incident", BODY)
        s.until("2026-11-23 16:00")
        count = s.mail.count
        for _ in range(3):
            s.clock.move_to(utc("2026-11-23 15:00"))
            s.work()
            s.clock.move_to(utc("2026-11-23 16:00"))
            s.work()
        assert s.mail.count == count


REPORTS = """
deliverables:
  - {commitment: billing-report, provider: telus, billing_day: 26, from: 2026-10}
"""


def arrives(s: Scene, key: CaseKey, at: str) -> None:
    """Somebody says that a report was there at this time."""
    said = Arrival(
        at=utc(at), status=Status.DELIVERED, stops=frozenset({Status.DELIVERED}), proof={}
    )
    now = s.clock.now()
    s.station.deliverables.state(key, lambda stated: statements_of(said, stated, now), at=now)


def test_a_report_that_comes_due_is_awaited_told_late_and_closed(tmp_path: Path) -> None:
    due = CaseKey("telus", CaseKind.DELIVERABLE, "FACT-2026-10")
    with scene(tmp_path, "2026-10-26 08:00", every="12 h", stale_after="2 d", more=REPORTS) as s:
        s.until("2026-10-26 23:59")
        assert s.station.readings.cases_named(due.ref) == []
        # At the end of the billing date, though nothing was polled then.
        s.until("2026-10-27 00:00")
        assert s.owed(due.ref).evaluation.due_at == utc("2026-11-24 00:00")
        s.until("2026-11-24 00:01")
        assert [subject.split(" · ")[0] for subject in s.subjects()] == [
            "[NOTE] TELUS", "[À RISQUE] TELUS", "[MANQUEMENT] TELUS",
        ]  # fmt: skip
        assert s.subjects()[-1].endswith("FACT-2026-10 · échu le 23 nov., fin de journée")
        assert "Période terminée le : lundi 26 octobre 2026" in text_of(s.mails(MANAGER)[-1])
        arrives(s, due, "2026-11-24 09:00")
        s.until("2026-11-24 12:00")
        assert s.verdict(due.ref) is Verdict.MISSED
        assert s.subjects()[-1].startswith("[CLOS] ")
        assert [subject.split("]")[0] for subject in s.subjects(DESK)] == [
            "[AT RISK", "[BREACH", "[CLOSED",
        ]  # fmt: skip


def test_the_first_round_after_a_downtime_tells_each_report_once(tmp_path: Path) -> None:
    with scene(tmp_path, "2027-01-20 08:00", every="12 h", stale_after="2 d", more=REPORTS) as s:
        s.until("2027-01-20 08:00")
        assert [subject.split(" · ")[2] for subject in s.subjects()] == [
            "FACT-2026-10", "FACT-2026-11", "FACT-2026-12",
        ]  # fmt: skip
        assert [subject.split("]")[0] for subject in s.subjects()] == [
            "[MANQUEMENT", "[MANQUEMENT", "[NOTE",
        ]  # fmt: skip
