import re
from datetime import date, timedelta

from monitor.alerts.outbox_store import Outcome
from monitor.app.board import StationBoard
from monitor.cases.records import ANY
from monitor.collectors.base import Quarantined
from monitor.locale.marking import N_, Said
from tests.support.board import ACT, BoardScene
from tests.support.cases import utc
from tests.support.world import ticket


def test_when_something_would_be_due_and_why(scene: BoardScene) -> None:
    visitor = scene.client("lise")
    asked = "commitment=service-restoration&received=2026-11-20T16:00"
    page = visitor.get(f"/calendar?{asked}").text
    assert "mercredi 25 novembre 2026, 13\N{NO-BREAK SPACE}h" in page
    assert "Niveaux de service, Délai, ligne 7" in page
    remote = "commitment=delivery-remote&received=2026-11-23T15:30&place=Kuujjuaq"
    assert "fin de journée mercredi 2 décembre 2026" in visitor.get(f"/calendar?{remote}").text
    for wrong in (
        "commitment=service-restoration",
        "commitment=nothing&received=2026-11-20T16:00",
        "commitment=service-restoration&received=1900-01-01T00:00",
        "commitment=service-restoration&received=soon",
    ):
        answer = visitor.get(f"/calendar?{wrong}")
        assert answer.status_code == 200
        assert 'role="alert"' in answer.text


def test_a_year_of_business_days(scene: BoardScene) -> None:
    visitor = scene.client("lecteur")
    page = visitor.get("/calendar?year=2026").text
    assert "248 jours ouvrables" in page
    assert "Fête nationale" in page
    assert page.count('class="month"') == 12
    assert visitor.get("/calendar?year=1850").status_code == 404
    assert visitor.get("/calendar?calendar=nothing").status_code == 404


def test_what_was_kept_by_the_month_of_its_deadline(scene_anywhere: BoardScene) -> None:
    scene = scene_anywhere
    scene.stated("TT-1", "TT-2", "TT-3")
    scene.stated("TT-4", organization="ORG-102")
    scene.world.at("2026-11-23 12:00")
    scene.world.says(
        "resolved", received_at="2026-11-23 08:00", key=ticket("TT-1"), organization="ORG-101"
    )
    scene.world.run_until("2026-11-23 16:00")
    page = scene.client("lecteur").get("/compliance").text
    assert "25,0\N{NO-BREAK SPACE}%" in page
    assert "novembre 2026" in page
    limited = scene.client("lise").get("/compliance").text
    assert "33,3\N{NO-BREAK SPACE}%" in limited
    assert "Aucune échéance" in scene.client("lecteur").get("/compliance?month=2026-01").text


def test_the_end_of_a_months_last_day_is_that_months_deadline(scene: BoardScene) -> None:
    scene.world.at("2026-11-25 09:00")
    scene.world.says(
        "acknowledged",
        received_at="2026-11-25 09:00",
        key=ticket("TT-1"),
        category="delivery",
        place="Montréal",
    )
    scene.world.tick()
    board = StationBoard(scene.station)
    (owed,) = board.open_rows(ANY, None, 2)
    assert owed.owed.obligation.evaluation.due_at == utc("2026-12-01 00:00")
    (found,) = board.months(date(2026, 10, 1), None)
    assert found.month == date(2026, 11, 1)


def test_a_source_that_fell_silent_stands_out(scene: BoardScene) -> None:
    scene.stated("TT-1")
    scene.world.clock.move_to(utc("2026-11-23 12:00"))
    scene.world.tick()
    page = scene.client("lecteur").get("/sources").text
    assert "telus-tickets" in page
    assert "silencieuse" in page
    assert "n’est plus configurée" in page


def test_why_a_record_was_set_aside_is_told_in_the_readers_language(scene: BoardScene) -> None:
    reason = Said(N_("no {field}: the expression for it finds nothing"), field="status")
    scene.world.polled(quarantined=[Quarantined(ref="TT-9", reason=reason, payload={})])
    visitor = scene.client("lecteur")
    assert "son expression ne trouve rien" in visitor.get("/sources").text
    english = visitor.get("/sources", Accept_Language="en").text
    assert "the expression for it finds nothing" in english


def test_a_provider_is_silenced_for_tonight_and_the_silence_ended(scene: BoardScene) -> None:
    scene.stated("TT-1")
    visitor = scene.client("olivier")
    form = {"provider": "telus", "why": "entretien prévu", "for": "12 h"}
    assert visitor.post("/silences", of="/escalations", **form).location == "/escalations"
    page = visitor.get("/escalations").text
    assert "entretien prévu" in page
    assert "en sourdine" in visitor.get("/today").text
    (number,) = re.findall(r'action="/silences/(\d+)/end"', page)
    done = visitor.post(f"/silences/{number}/end", of="/escalations", why="terminé")
    assert done.status_code == 302
    assert "en sourdine" not in visitor.get("/today").text
    everything = visitor.post("/silences", of="/escalations", why="x")
    assert everything.status_code == 409
    journal = visitor.get("/journal").text
    assert "met en sourdine" in journal
    assert "met fin à une sourdine" in journal


def test_a_message_given_up_is_tried_again(scene: BoardScene) -> None:
    scene.world.at("2026-11-23 09:00")
    scene.stated("TT-1")
    scene.world.run_until("2026-11-23 15:30")
    scene.world.deliver(Outcome.REFUSED)
    visitor = scene.client("olivier")
    page = visitor.get("/escalations?state=dead").text
    numbers = re.findall(r'action="/letters/(\d+)/retry"', page)
    assert numbers
    assert visitor.post(f"/letters/{numbers[0]}/retry", of="/escalations").status_code == 302
    assert visitor.post("/letters/999999/retry", of="/escalations").status_code == 404
    assert f"/letters/{numbers[0]}/retry" not in visitor.get("/escalations?state=dead").text
    # Readers see neither addresses nor the buttons.
    read = scene.client("lecteur").get("/escalations?state=dead").text
    assert "gestion@example.org" not in read
    assert "/retry" not in read


def test_the_journal_is_walked_by_number(scene: BoardScene) -> None:
    scene.accounts.remove("lise", ACT, at=scene.now)
    for n in range(105):
        ends_at = scene.now + timedelta(days=1)
        scene.duty.silence({"case": [f"TT-{n}"]}, ACT, starts_at=None, ends_at=ends_at)
    visitor = scene.client("ariane")
    first = visitor.get("/journal").text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older is not None
    second = visitor.get(older[1]).text
    assert "TT-104" in first
    assert "TT-104" not in second
    assert "retire un compte" in second
