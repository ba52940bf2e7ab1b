import re
from datetime import timedelta

import pytest

from monitor.cases.records import ANY
from tests.support.board import BoardScene
from tests.support.cases import utc

HOSTILE = "<script>alert(1)</script>"


def refs(page: str) -> list[str]:
    return re.findall(r'href="/cases/telus/ticket/([^"]+)">', page)


def test_what_is_owed_stands_there_the_most_urgent_first(scene_anywhere: BoardScene) -> None:
    scene = scene_anywhere
    scene.world.at("2026-11-23 09:00")
    scene.stated("TT-1", category="outage")
    scene.stated("TT-2")
    page = scene.client("lecteur").get("/today").text
    assert refs(page) == ["TT-2", "TT-1"]
    assert "TELUS" in page
    assert "Résolution d&#39;un incident" in page
    assert "6\N{NO-BREAK SPACE}h" in page


def test_the_clock_that_stands_still_says_until_when(scene: BoardScene) -> None:
    scene.world.at("2026-11-23 09:00")
    scene.stated("TT-1")
    scene.world.at("2026-11-28 12:00")
    page = scene.client("lecteur").get("/today").text
    assert "horloge arrêtée jusqu’à lundi 8\N{NO-BREAK SPACE}h" in page


def test_a_long_list_is_walked_by_key_without_gap_or_double(scene_anywhere: BoardScene) -> None:
    scene = scene_anywhere
    observed = [f"TT-{n:03}" for n in range(103)]
    scene.stated(*observed)
    visitor = scene.client("lecteur")
    seen: list[str] = []
    address: str | None = "/today"
    for _ in range(5):
        assert address is not None
        page = visitor.get(address).text
        seen += refs(page)
        further = re.search(r'rel="next" href="([^"]+)"', page)
        address = None if further is None else further[1].replace("&amp;", "&")
        if address is None:
            break
        assert "offset" not in address
    assert sorted(seen) == observed


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=tt-1", ["TT-1"]),
        ("q=%25", []),
        ("organization=ORG-102", ["TT-2"]),
        ("provider=rogers", []),
        ("commitment=incident-resolution", ["TT-1", "TT-2"]),
        ("verdict=breached", []),
        ("verdict=pending&verdict=breached", ["TT-1", "TT-2"]),
        ("verdict=nonsense&after=nonsense&kind=nonsense", ["TT-1", "TT-2"]),
        ("region=remote", []),
        ("state=settled", []),
    ],
)
def test_the_address_says_what_is_shown(
    scene_anywhere: BoardScene, query: str, expected: list[str]
) -> None:
    scene = scene_anywhere
    scene.stated("TT-1")
    scene.stated("TT-2", organization="ORG-102")
    assert refs(scene.client("lecteur").get(f"/today?{query}").text) == expected


def test_who_is_limited_to_an_organisation_sees_nothing_of_others(
    scene_anywhere: BoardScene,
) -> None:
    scene = scene_anywhere
    scene.stated("TT-1")
    scene.stated("TT-2", organization="ORG-102")
    lise = scene.client("lise")
    for query in ("", "?organization=ORG-102", "?q=TT-2", "?state=settled"):
        page = lise.get(f"/today{query}").text
        assert "TT-2" not in page.replace('value="TT-2"', "").replace("q=TT-2", "")
    assert refs(lise.get("/today").text) == ["TT-1"]
    assert lise.get("/cases/telus/ticket/TT-1").status_code == 200
    assert lise.get("/cases/telus/ticket/TT-2").status_code == 404
    assert lise.get("/cases/telus/ticket/TT-3").status_code == 404
    # Nor what stands in no organisation's name.
    assert scene.station.readings.open_obligations(9, sought=ANY)


def test_a_page_that_looks_again_gets_nothing_where_nothing_changed(scene: BoardScene) -> None:
    scene.stated("TT-1")
    visitor = scene.client("lecteur")
    first = visitor.get("/today")
    seen = first.headers["X-Vigie-Seen"]
    assert visitor.get("/today", X_Vigie_Seen=seen).status_code == 204
    left = scene.client().get("/today", X_Vigie_Seen=seen)
    assert (left.status_code, left.headers["HX-Refresh"]) == (401, "true")
    scene.stated("TT-2")
    again = visitor.get("/today", X_Vigie_Seen=seen)
    assert again.status_code == 200
    assert again.headers["X-Vigie-Seen"] != seen


def test_a_case_is_proved(scene: BoardScene) -> None:
    scene.world.at("2026-11-23 09:00")
    scene.stated("TT-1")
    scene.world.run_until("2026-11-23 15:30")
    page = scene.client("lecteur").get("/cases/telus/ticket/TT-1").text
    for words in (
        "En manquement",
        "Niveaux de service, Délai, ligne 6",
        "Temps ouvrable.",
        "2026-11-23 08:05:00",
        "en retard de",
        "gestionnaire du contrat",
        "Échéance\N{NO-BREAK SPACE}: 23\N{NO-BREAK SPACE}nov. à 15\N{NO-BREAK SPACE}h",
    ):
        assert words in page, words
    assert "<svg" in page
    # Addresses and records as received are for those who act.
    assert "gestion@example.org" not in page
    assert "gestion@example.org" in scene.client("olivier").get("/cases/telus/ticket/TT-1").text


def test_a_case_as_of_the_past(scene: BoardScene) -> None:
    scene.world.at("2026-11-23 09:00")
    scene.stated("TT-1")
    scene.world.run_until("2026-11-23 15:30")
    visitor = scene.client("lecteur")
    page = visitor.get("/cases/telus/ticket/TT-1?as_of=2026-11-23T10:00").text
    assert "selon tout ce qui est connu aujourd’hui" in page
    assert "Dans les délais" in page
    unknown = visitor.get("/cases/telus/ticket/TT-1?known_at=2026-11-23T08:01")
    assert unknown.status_code == 409
    assert "Ce n’est pas possible" in unknown.text
    for wrong in ("as_of=yesterday", "as_of=2026-12-01T00:00", "as_of=2026-11-01T01:30"):
        assert visitor.get(f"/cases/telus/ticket/TT-1?{wrong}").status_code == 409


def test_an_operator_takes_a_case_in_hand_and_sets_it_apart(scene: BoardScene) -> None:
    scene.stated("TT-1")
    visitor, case = scene.client("olivier"), "/cases/telus/ticket/TT-1"
    done = visitor.post(f"{case}/acknowledge", of=case, why="TELUS rappelle", **{"for": "4 h"})
    assert (done.status_code, done.location) == (302, case)
    page = visitor.get(case).text
    assert "olivier" in page
    assert "TELUS rappelle" in page
    assert "pris en charge" in visitor.get("/today").text
    assert visitor.post(f"{case}/hold", of=case, why="en litige").status_code == 302
    assert "Reprendre le dossier" in visitor.get(case).text
    refused = visitor.post(f"{case}/hold", of=case, why="en litige")
    assert refused.status_code == 409
    assert visitor.post(f"{case}/release", of=case, why="réglé").status_code == 302
    assert visitor.post(f"{case}/end-acknowledgement", of=case, why="rendu").status_code == 302
    assert scene.woken


def test_hostile_text_stays_text(scene: BoardScene) -> None:
    scene.stated(f"TT-1{HOSTILE}", organization=f"ORG{HOSTILE}", place=f"Lieu{HOSTILE}")
    visitor = scene.client("olivier")
    for address in ("/today", f"/today?q={HOSTILE}", f"/find?q=TT-1{HOSTILE}"):
        answer = visitor.get(address)
        if answer.status_code == 302:
            answer = visitor.get(answer.location)
        assert answer.status_code == 200
        assert HOSTILE not in answer.text
        assert "&lt;script&gt;" in answer.text
    assert visitor.post("/sign-in", name=HOSTILE, password="x").text.count(HOSTILE) == 0


def test_the_language_is_the_browsers_until_one_is_chosen(scene: BoardScene) -> None:
    visitor = scene.client()
    assert '<html lang="fr-CA">' in visitor.get("/sign-in").text
    assert '<html lang="en-CA">' in visitor.get("/sign-in", Accept_Language="en-CA,en").text
    chosen = visitor.get("/sign-in?next=/today&lang=en")
    assert (chosen.status_code, chosen.location) == (302, "/sign-in?next=%2Ftoday")
    assert '<html lang="en-CA">' in visitor.get("/sign-in", Accept_Language="fr").text
    visitor.get("/sign-in?lang=fr")
    assert '<html lang="fr-CA">' in visitor.get("/sign-in", Accept_Language="en").text


def test_pages_are_guarded_and_files_are_kept(scene: BoardScene) -> None:
    visitor = scene.client("lecteur")
    page = visitor.get("/today")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.text)
    assert " style=" not in page.text
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page.text)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        file = visitor.get(address)
        assert file.status_code == 200, address
        assert "immutable" in file.headers["Cache-Control"]
        assert file.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert visitor.get("/static/0/../../server.py").status_code == 404


def test_empty_and_wrong_are_pages_too(scene: BoardScene) -> None:
    visitor = scene.client("lecteur")
    assert "Rien n’est dû en ce moment." in visitor.get("/today").text
    assert "Rien ne correspond." in visitor.get("/today?q=nowhere").text
    assert visitor.get("/cases/telus/nothing/TT-1").status_code == 404
    assert "Il n’y a rien ici" in visitor.get("/cases/telus/ticket/TT-9").text


def test_a_silent_source_is_told_of(scene: BoardScene) -> None:
    scene.stated("TT-1")
    scene.world.clock.move_to(utc("2026-11-23 12:00") + timedelta(minutes=1))
    scene.world.tick()
    page = scene.client("lecteur").get("/today").text
    assert "La source telus-tickets est silencieuse." in page
    assert "Indéterminé" in page
