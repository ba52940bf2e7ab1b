"""What operators see to from the pages: sources, messages, reports, notes; and simulations."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # comes with kubernetes-validate; no types
import pytest
from werkzeug.test import TestResponse

from monitor.access import Scope, digest_of
from monitor.alerts.interventions import Act, Via
from monitor.alerts.outbox_store import Outcome
from monitor.app.issuing import Issuer
from monitor.app.reporting import Reporter, Request
from monitor.app.timetables import Timekeeper
from monitor.cases.claim import ProviderClaim
from monitor.collectors.base import Batch, Quarantined
from monitor.reports.form import Form
from monitor.reports.forms import Wanted
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.scope import Scope as ReportScope
from monitor.store.database import Database
from monitor.web.board.sparks import drawn_rates
from tests.support.board import ACT, BoardScene
from tests.support.cases import said, utc
from tests.support.world import SOURCE, ticket

HOSTILE = "<img src=x onerror=alert(1)>"
OPENED = "2026-11-23T08:00:00-05:00"
SOURCES = """\
sources:
- name: telus-tickets
  provider: telus
  kind: push
  token: {file: token}
  mapping:
    case_kind: ticket
    fields: {ref: ref, received_at: received_at, status: status, category: category, changed_at: changed_at}
    status_map: {open: in_progress, solved: resolved}
    category_map: {outage: outage}
recipients:
- {role: contract-manager, channel: mail, address: gestion@example.org}
channels:
  mail: {type: smtp, host: 127.0.0.1, port: 1, security: none, sender: vigie@example.org}
reports:
- {name: mensuel, from: 2026-10, folder: rapports, formats: [json, csv], approval: true}
- {name: par-organisme, from: 2026-10, folder: rapports, formats: [json], each: [organization], approval: true}
"""


@pytest.fixture
def desks(sqlite: Database, tmp_path: Path) -> Iterator[BoardScene]:
    (tmp_path / "token").write_text("a-token-that-nobody-guesses")
    (tmp_path / "rapports").mkdir()
    made = BoardScene(sqlite, tmp_path, more=SOURCES)
    yield made
    made.close()


def keep_aside(scene: BoardScene, *refs: str, **changes: Any) -> None:
    records = [
        Quarantined(
            ref=ref,
            reason="category 'modem' is mapped nowhere",
            payload={
                "ref": ref,
                "received_at": OPENED,
                "status": "open",
                "category": "modem",
                "changed_at": OPENED,
                **changes,
            },
        )
        for ref in refs
    ]
    for record in records:
        scene.world.observations.record(SOURCE, Batch(quarantined=[record]), at=scene.now)


def shelved(scene: BoardScene, word: str, *refs: str) -> None:
    for ref in refs:
        scene.stated(ref)
        scene.world.polled(
            said(word, "2026-11-23 08:30", received_at="2026-11-23 08:00", key=ticket(ref))
        )
    scene.world.tick()


def numbers(page: str, what: str) -> list[str]:
    return re.findall(rf'action="/{what}/(\d+)/', page)


def test_what_cannot_be_read_is_walked_by_key_and_shown_to_those_who_may(desks) -> None:
    keep_aside(desks, *(f"R-{n}" for n in range(30)), note=HOSTILE)
    operator = desks.client("olivier")
    first = operator.get("/sources?source=telus-tickets").text
    assert "R-29" in first
    assert "R-4<" not in first
    older = re.search(r'rel="next" href="([^"#]+)', first)
    assert older is not None
    second = operator.get(older[1].replace("&amp;", "&")).text
    assert "R-4<" in second
    assert "R-29" not in second
    assert HOSTILE not in first
    assert "onerror=alert(1)" in first
    # Readers see that it is there, and neither the record nor the buttons.
    read = desks.client("lecteur").get("/sources").text
    assert "R-29" in read
    assert "onerror" not in read
    assert "/retry" not in read
    assert "R-29" not in desks.client("lecteur").get("/sources?source=other").text


def test_a_record_is_read_anew_given_up_or_said_why_not(desks) -> None:
    keep_aside(desks, "R-1")
    keep_aside(desks, "R-2", category="outage")
    desks.world.observations.record(
        SOURCE,
        Batch(quarantined=[Quarantined(ref="R-3", reason="?", payload={"row": 7})]),
        at=desks.now,
    )
    operator = desks.client("olivier")
    third, second, first = dict.fromkeys(numbers(operator.get("/sources").text, "quarantine"))
    retried = operator.post(f"/quarantine/{second}/retry", of="/sources")
    assert retried.location == "/sources?done=stored#done"
    assert "est conservé, et jugé" in operator.get("/sources?done=stored").text
    desks.world.tick()
    assert operator.get("/cases/telus/ticket/R-2").status_code == 200
    assert desks.woken == [2]
    stays = operator.post(f"/quarantine/{first}/retry", of="/sources")
    assert stays.location == "/sources?done=unreadable#done"
    instead = operator.post(f"/quarantine/{third}/retry", of="/sources")
    assert instead.status_code == 409
    assert "corrigez" in instead.text.lower()
    assert operator.post(f"/quarantine/{first}/discard", of="/sources").status_code == 409
    done = operator.post(f"/quarantine/{first}/discard", of="/sources", why="des essais")
    assert done.status_code == 303
    again = operator.post(f"/quarantine/{first}/discard", of="/sources", why="des essais")
    assert again.status_code == 409
    assert operator.post("/quarantine/99999/retry", of="/sources").status_code == 409
    journal = operator.get("/journal").text
    assert "fait relire un enregistrement" in journal
    assert "abandonne des enregistrements" in journal


def test_a_word_nobody_knew_is_corrected_and_its_cases_are_judged(desks) -> None:
    shelved(desks, f"Réglé {HOSTILE}", "TT-1", "TT-2")
    operator = desks.client("olivier")
    page = operator.get("/sources").text
    assert "2 dossiers concernés" in page
    assert HOSTILE not in page
    form = {"source": SOURCE, "word": f"Réglé {HOSTILE}", "why": "dit par leur comptoir"}
    assert 'name="status"' not in desks.client("lecteur").get("/sources").text
    assert operator.post("/corrections", of="/sources", **form, status="nothing").status_code == 409
    done = operator.post("/corrections", of="/sources", **form, status="resolved")
    assert done.location == "/sources?done=corrected#done"
    desks.world.tick()
    page = operator.get(done.location).text
    assert "Inscrivez-les" in page
    assert "2 déclarations relues" in page
    assert "Respecté" in operator.get("/cases/telus/ticket/TT-2").text
    back = operator.post("/corrections", of="/sources", **form, status="")
    assert back.location == "/sources?done=taken-back#done"
    assert "2 dossiers concernés" in operator.get("/sources").text
    assert "corrige une correspondance" in operator.get("/journal").text


def test_vigie_yaml_has_the_last_word(desks) -> None:
    shelved(desks, "OPEN", "TT-1")
    operator = desks.client("olivier")
    form = {"source": SOURCE, "word": "Open", "why": "x", "status": "resolved"}
    refused = operator.post("/corrections", of="/sources", **form)
    assert refused.status_code == 409
    assert "in_progress" in refused.text
    nobody = operator.post("/corrections", of="/sources", **{**form, "source": "none"})
    assert nobody.status_code == 409


def test_messages_are_walked_by_key_and_given_up(scene: BoardScene) -> None:
    scene.world.at("2026-11-23 09:00")
    scene.stated(*(f"TT-{n}" for n in range(20)))
    scene.world.run_until("2026-11-23 15:30")
    visitor = scene.client("olivier")
    seen: list[str] = []
    address: str | None = "/escalations?state=queued"
    while address is not None:
        page = visitor.get(address).text
        seen += numbers(page, "letters")
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = None if older is None else older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) > 50
    scene.world.deliver(Outcome.REFUSED)
    dead = numbers(visitor.get("/escalations?state=dead").text, "letters")[0]
    assert visitor.post(f"/letters/{dead}/discard", of="/escalations").status_code == 409
    given_up = visitor.post(f"/letters/{dead}/discard", of="/escalations", why="dit de vive voix")
    assert given_up.status_code == 302
    assert "dit de vive voix" in visitor.get("/escalations?state=discarded").text
    journal = visitor.get("/journal").text
    assert "abandonne un message" in journal
    assert visitor.post(f"/letters/{dead}/retry", of="/escalations").status_code == 302
    assert "fait réessayer un message" in visitor.get("/journal").text


def test_a_policy_is_played_through_on_what_was_and_what_might_be(desks) -> None:
    desks.stated("TT-1")
    operator = desks.client("olivier")
    for asked in (
        "case=TT-1",
        "commitment=service-restoration&provider=telus&received=2026-11-20T16:00",
    ):
        page = operator.get(f"/escalations/simulation?{asked}").text
        assert "gestion@example.org" in page
        assert "breach" in page
        read = desks.client("lecteur").get(f"/escalations/simulation?{asked}").text
        assert "gestion@example.org" not in read
    for wrong in (
        "case=TT-9",
        "provider=telus",
        "commitment=service-restoration&provider=bell&received=2026-11-20T16:00",
        "commitment=nothing&provider=telus&received=2026-11-20T16:00",
        "commitment=service-restoration&provider=telus&received=1900-01-01T00:00",
        "commitment=service-restoration&provider=telus&received=2026-11-20T16:00&closed=2026-11-19T16:00",
    ):
        answer = operator.get(f"/escalations/simulation?{wrong}")
        assert answer.status_code == 200
        assert 'role="alert"' in answer.text, wrong


def test_notes_and_claims_stand_beside_the_figures(desks) -> None:
    desks.stated("TT-1")
    claims = {
        ticket("TT-1"): [
            ProviderClaim(name=f"Gold {HOSTILE}", breached=False, due_at=utc("2026-11-23 16:00"))
        ]
    }
    desks.world.observations.record(SOURCE, Batch(claims=claims), at=desks.now)
    operator = desks.client("olivier")
    case = "/cases/telus/ticket/TT-1"
    assert operator.post(f"{case}/notes", of=case, why=f"rappelé {HOSTILE}").status_code == 302
    page = operator.get(case).text
    assert HOSTILE not in page
    assert "rappelé &lt;img" in page
    assert "Gold &lt;img" in page
    assert "respecté" in page
    assert "écrit une note" in operator.get("/journal").text
    # As things were known before, there was neither.
    desks.world.clock.move_to(desks.now + timedelta(hours=1))
    past = operator.get(f"{case}?known_at=2026-11-23T08:00").text
    assert "rappelé" not in past.split("<main")[1]
    assert operator.post("/cases/telus/ticket/TT-9/notes", of=case, why="x").status_code == 409
    told = operator.get(f"/api/v1{case}").json
    assert told is not None
    assert told["notes"][0]["by"] == "olivier"
    assert told["claims"][0]["breached"] is False


def reported(scene: BoardScene) -> None:
    """October, with a report of all and one of ORG-101 issued, and two drafts."""
    world = scene.world.at("2026-10-15 09:05")
    for ref, organization in (("TT-1", "ORG-101"), ("TT-2", "ORG-102")):
        world.says(
            "acknowledged",
            "2026-10-15 09:00",
            received_at="2026-10-15 09:00",
            key=ticket(ref),
            organization=organization,
        )
    world.tick()
    world.at("2026-11-05 09:00").polled_tick()
    configuration = scene.station.parts.configuration
    issuer = Issuer(world.database, Reporter(world.database, configuration.book))
    act = Act(by="olivier", why="", via=Via.CLI)
    for organization in ("ORG-101", "ORG-102"):
        request = Request(
            period=ReportPeriod.parse(PeriodKind.MONTH, "2026-10"),
            known_at=world.now,
            scope=ReportScope(organization=organization),
        )
        list(issuer.issue(request, Wanted(forms=(Form.CSV,)), act, world.now))
    keeper = Timekeeper(world.database, configuration.settings, configuration.book)
    while keeper.step(world.now) == timedelta():
        pass


def test_reports_are_handed_out_again_and_drafts_approved(desks, tmp_path: Path) -> None:
    reported(desks)
    operator = desks.client("olivier")
    page = operator.get("/reports").text
    (csv,) = re.findall(r'href="(/reports/1/[^"]+\.csv)"', page)
    handed = operator.get(csv)
    assert handed.headers["Content-Disposition"].startswith("attachment; filename=conformite-2026")
    assert "refait" not in handed.headers["Content-Disposition"]
    (content,) = re.findall(r'href="(/reports/1/[^"]+\.json)"', page)
    assert json.loads(operator.get(content).data)["period"]["name"] == "2026-10"
    assert operator.get("/reports/1/other.csv").status_code == 404
    # Drafts: what they would say, alone or together.
    draft = operator.get("/drafts/mensuel/2026-10/json")
    assert draft.mimetype == "application/json"
    packed = zipfile.ZipFile(io.BytesIO(operator.get("/drafts/par-organisme/2026-10/json").data))
    assert len(packed.namelist()) == 2
    assert operator.get("/drafts/mensuel/2026-10/pdf").status_code == 409
    assert operator.get("/drafts/mensuel/2020-01/json").status_code == 409
    approved = operator.post("/drafts/mensuel/2026-10/approve", of="/reports")
    assert approved.location == "/reports?done=approved"
    page = operator.get(approved.location).text
    assert 'action="/drafts/mensuel/' not in page
    assert "/reports/3/conformite-2026-10.csv" in page
    assert (tmp_path / "rapports" / "conformite-2026-10.csv").exists()
    assert operator.post("/drafts/mensuel/2026-10/approve", of="/reports").status_code == 409
    assert "émet un rapport" in operator.get("/journal").text
    assert 'value="Approuver' not in desks.client("lecteur").get("/reports").text


def test_a_reader_of_one_organisation_has_the_reports_of_that_one(desks) -> None:
    reported(desks)
    limited = desks.client("lise")
    page = limited.get("/reports").text
    assert set(re.findall(r"/reports/(\d+)/", page)) == {"1"}
    assert "drafts" not in page
    (csv,) = re.findall(
        r'href="(/reports/2/[^"]+\.csv)"', desks.client("lecteur").get("/reports").text
    )
    assert limited.get(csv).status_code == 404
    listed = limited.get("/api/v1/reports").json
    assert listed is not None
    assert [each["number"] for each in listed["reports"]] == [1]
    assert limited.get(f"/api/v1{csv}").status_code == 404
    assert limited.get("/api/v1/drafts").status_code == 403


def test_a_report_the_record_denies_is_not_handed_out(desks) -> None:
    reported(desks)
    report = desks.board.reports.numbered(1, None)
    assert report is not None
    content = json.loads(report.content)
    other = replace(report, content=json.dumps({**content, "zone": "Europe/Paris"}))
    operator = desks.client("olivier")
    desks.board.reports.numbered = lambda number, organization: other
    name = next(name for name in report.files if name.endswith(".csv"))
    refused = operator.get(f"/reports/1/{name}")
    assert refused.status_code == 409
    assert "zone" in refused.text


def test_one_file_is_made_at_a_time(desks, monkeypatch) -> None:
    reported(desks)
    monkeypatch.setattr("monitor.app.paperwork._PATIENCE_SECONDS", 0)
    operator = desks.client("olivier")
    with desks.board.reports._one:
        refused = operator.get("/drafts/mensuel/2026-10/json")
    assert refused.status_code == 409
    assert "réessayez" in refused.text
    assert operator.get("/drafts/mensuel/2026-10/json").status_code == 200


def bearer(scene: BoardScene) -> dict[str, str]:
    scene.accounts.add_token(
        "essai",
        digest_of("secret"),
        (Scope.READ, Scope.ACT),
        ACT,
        organization=None,
        at=scene.now,
        ends_at=scene.now + timedelta(days=90),
    )
    return {"Authorization": "Bearer secret"}


def test_programs_do_the_same_and_every_answer_is_as_the_document_says(desks) -> None:
    headers = bearer(desks)
    reported(desks)
    desks.world.at("2026-11-23 08:00")
    keep_aside(desks, "R-1", category="outage")
    keep_aside(desks, "R-2")
    shelved(desks, "Shelf", "TT-3")
    client = desks.app.test_client()
    spec = client.get("/api/v1/openapi.json").json
    assert spec is not None
    said_ = {"by": "essai", "why": "x"}
    first, second = sorted(
        each["record"] for each in client.get("/api/v1/quarantine", headers=headers).json["records"]
    )
    letters = client.get("/api/v1/letters", headers=headers).json["letters"]
    letter = letters[0]["letter"]
    word = {**said_, "source": SOURCE, "word": "shelf"}
    for rule, path, body in (
        ("/quarantine/{number}/retry", f"/quarantine/{first}/retry", said_),
        ("/quarantine/{number}/discard", f"/quarantine/{second}/discard", said_),
        ("/corrections", "/corrections", {**word, "status": "held"}),
        ("/letters/{number}/discard", f"/letters/{letter}/discard", said_),
        ("/letters/{number}/retry", f"/letters/{letter}/retry", said_),
        ("/cases/{provider}/{kind}/{ref}/notes", "/cases/telus/ticket/TT-3/notes", said_),
        ("/drafts/{name}/{period}/approve", "/drafts/mensuel/2026-10/approve", said_),
    ):
        address = f"/api/v1{path}"
        assert client.post(address, json=body).status_code == 403, path
        wrong = client.post(address, json={**body, "by": ""}, headers=headers)
        assert wrong.status_code == 400, path
        done = client.post(address, json=body, headers=headers)
        assert done.status_code == 201, (path, done.text)
        operation = spec["paths"][rule]["post"]
        held(spec, operation["requestBody"], body)
        held(spec, operation["responses"]["201"], done.json)
    for path in (
        "/quarantine",
        "/corrections",
        "/unknown-statuses",
        "/letters",
        "/reports",
        "/drafts",
    ):
        answer = client.get(f"/api/v1{path}", headers=headers)
        held(spec, spec["paths"][path]["get"]["responses"]["200"], answer.json)
    for path, body, status in (
        ("/corrections", {**word, "status": "nothing"}, 409),
        ("/corrections", word, 400),
        ("/letters/99999/retry", said_, 404),
        ("/quarantine/99999/retry", said_, 409),
        ("/drafts/mensuel/2026-10/approve", said_, 409),
        ("/cases/telus/ticket/TT-99/notes", said_, 409),
    ):
        answer = client.post(f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, path
        assert answer.content_type == "application/problem+json"


def held(spec: Any, part: Any, content: Any) -> None:
    schema = {**part["content"]["application/json"]["schema"], "components": spec["components"]}
    jsonschema.validate(content, schema, format_checker=jsonschema.FormatChecker())


def test_figures_lead_down_to_their_cases(scene: BoardScene) -> None:
    scene.stated("TT-1", "TT-2")
    scene.world.run_until("2026-11-23 16:30")
    scene.world.at("2026-11-24 09:00")
    scene.world.says(
        "resolved", received_at="2026-11-23 08:00", key=ticket("TT-1"), organization="ORG-101"
    )
    scene.world.tick()
    reader = scene.client("lecteur")
    page = reader.get("/compliance").text
    (missed,) = re.findall(r'href="(/today\?[^"]*verdict=missed[^"]*)"', page)
    assert "month=2026-11" in missed
    listed = shown(reader.get(missed.replace("&amp;", "&")))
    assert listed == ["TT-1"]
    assert shown(reader.get("/today?month=2026-11")) == ["TT-2"]
    assert shown(reader.get("/today?month=2026-10")) == []
    assert shown(reader.get("/today?month=nothing")) == ["TT-2"]
    assert 'class="spark"' in page


def test_a_line_of_a_year_breaks_where_nothing_is_known_and_marks_what_lies_below() -> None:
    drawn = drawn_rates([0.9, 0.99, None, 1.0, 0.94], 95)
    assert [line.count(",") for line in drawn.lines] == [2, 2]
    assert [point.below for point in drawn.points] == [True, False, False, True]
    assert drawn.points[0].y == 28
    assert drawn.points[2].y == 4
    assert drawn.target == 16
    empty = drawn_rates([None], None)
    assert (empty.lines, empty.points, empty.target) == ([], [], None)
    assert drawn_rates([1.0], 100).points[0].y == 4


def shown(answer: TestResponse) -> list[str]:
    return re.findall(r'<h2><a href="/cases/[^"]+">([^<]+)</a>', answer.text)
