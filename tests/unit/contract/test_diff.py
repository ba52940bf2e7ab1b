"""What changes between two versions, in words of both languages."""

import pytest

from monitor.contract.checks import parse_version
from monitor.contract.diff import Change, ChangeKind, diff_versions
from monitor.contract.diff_words import _FIELD_NAMES, _FIELDS, _STATUSES, _WHOLE
from monitor.contract.loader import load_contract
from monitor.contract.model import (
    CalendarSpec,
    Commitment,
    Condition,
    Contact,
    ContractVersion,
    PlaceRuling,
    Provider,
    RegionRule,
)
from monitor.locale import Language, language
from tests.support.contracts import CONTRACT, changed

FR, EN = language("fr"), language("en")


def changes(*edits: tuple[str, str]) -> list[Change]:
    text = CONTRACT
    for old, new in edits:
        text = changed(old, new, text)
    return diff_versions(parse_version(CONTRACT, "old"), parse_version(text, "new"))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_equal_versions_do_not_differ() -> None:
    assert changes() == []


@pytest.mark.parametrize(
    "row",
    [
        ("amount: 4 h", "amount: 6 h", "commitments[answer].amount", True,
         "Answer: the time allowed goes from 4 business hours to 6 business hours.",
         "Réponse : le délai accordé passe de 4 heures ouvrables à 6 heures ouvrables."),
        ("calendar: desk", "calendar: 24x7", "commitments[answer].calendar", True,
         "Answer: counted on calendar 24x7 instead of desk.",
         "Réponse : le temps est compté sur le calendrier 24x7 au lieu de desk."),
        ("start_rule: from_receipt", "start_rule: next_business_day", "commitments[answer].start_rule", True,
         "Answer: the clock starts at 00:00 of the next business day instead of at receipt or at the next opening.",
         "Réponse : le délai commence à 0 h le jour ouvrable suivant au lieu de commencer à la réception ou à l’ouverture suivante."),
        ("stop_statuses: [answered]", "stop_statuses: [answered, resolved]", "commitments[answer].stop_statuses", True,
         "Answer: the clock now stops on: Resolved.",
         "Réponse : le délai s’arrête désormais aux états suivants : Résolu."),
        ("stop_statuses: [answered]", "stop_statuses: [answered]\n    pause_statuses: [held]", "commitments[answer].pause_statuses", True,
         "Answer: the clock now pauses on: On hold.",
         "Réponse : le délai est désormais suspendu aux états suivants : Suspendu."),
        ("amount: 4 h", "amount: 4 h\n    at_risk_percent: 50", "commitments[answer].at_risk_percent", True,
         "Answer: at risk from 50% of the time used instead of 80%.",
         "Réponse : à risque dès que 50 % du délai est écoulé, au lieu de 80 %."),
        ("amount: 4 h", "amount: 4 h\n    target_percent: 97.5", "commitments[answer].target_percent", False,
         "Answer: change to the target, from “none” to “97.5%”.",
         "Réponse : changement touchant la cible, de « néant » à « 97,5 % »."),
        ("amount: 4 h", "amount: 4 h\n    reopen_rule: restart", "commitments[answer].reopen_rule", True,
         "Answer: once a case is reopened, the clock starts anew; before, it resumes where it stopped.",
         "Réponse : après une réouverture, le délai repart à zéro; auparavant, il reprend là où il s’était arrêté."),
        ("amount: 4 h", "amount: 4 h\n    effective_from: 2026-06-01", "commitments[answer].effective_from", True,
         "Answer: in force from Monday, June 1, 2026 instead of the version's own date.",
         "Réponse : date d’entrée en vigueur, lundi 1er juin 2026 au lieu de la date de la version."),
        ("category: request", "category: question", "commitments[answer].category", True,
         "Answer: change to the category, from “request” to “question”.",
         "Réponse : changement touchant la catégorie, de « request » à « question »."),
        ("effective_from: 2026-01-01", "effective_from: 2026-02-01", "contract.effective_from", True,
         "Small contract: in force from Sunday, February 1, 2026 instead of Thursday, January 1, 2026.",
         "Petit contrat : date d’entrée en vigueur, dimanche 1er février 2026 au lieu de jeudi 1er janvier 2026."),
        ("zone: America/Toronto", "zone: America/Halifax", "contract.zone", True,
         "Small contract: change to the time zone, from “America/Toronto” to “America/Halifax”.",
         "Petit contrat : changement touchant le fuseau horaire, de « America/Toronto » à « America/Halifax »."),
        ("support_hours: desk", "support_hours: quebec-support", "contract.support_hours", False,
         "Small contract: change to the calendar of support hours, from “desk” to “quebec-support”.",
         "Petit contrat : changement touchant le calendrier des heures de soutien, de « desk » à « quebec-support »."),
        ("rank: 2}", "rank: 3}", "providers[two].rank", False,
         "Two: change to the rank, from “2” to “3”.", "Two : changement touchant le rang, de « 2 » à « 3 »."),
        ("orders@one.example", "help@one.example", "contacts[one/orders].email", False,
         "Orders: change to the e-mail address, from “orders@one.example” to “help@one.example”.",
         "Commandes : changement touchant l’adresse courriel, de « orders@one.example » à « help@one.example »."),
        ("2026-12-23: Fermeture", "2026-12-22: Fermeture", "calendars[desk].closed", True,
         "Desk: change to the days closed, from “Wednesday, December 23, 2026 Fermeture” to “Tuesday, December 22, 2026 Fermeture”.",
         "Guichet : changement touchant les jours de fermeture, de « mercredi 23 décembre 2026 Fermeture » à « mardi 22 décembre 2026 Fermeture »."),
        ('fri: ["08:00-12:00"]', 'fri: ["08:00-11:00"]', "calendars[desk].week", True,
         "Desk: change to the week, from “Mon-Thu 08:00-12:00, 13:00-17:00; Fri 08:00-12:00” to “Mon-Thu 08:00-12:00, 13:00-17:00; Fri 08:00-11:00”.",
         "Guichet : changement touchant la semaine, de « lun.-jeu. 08:00-12:00, 13:00-17:00; ven. 08:00-12:00 » à « lun.-jeu. 08:00-12:00, 13:00-17:00; ven. 08:00-11:00 »."),
        ("min_rank: 2", "min_rank: 1", "conditions[permit].min_rank", False,
         "Permit: change to the lowest rank, from “2” to “1”.",
         "Permis : changement touchant le rang minimal, de « 2 » à « 1 »."),
        ("regions:\n", "regions:\n  unknown: remote\n", "regions[quebec].unknown", True,
         "Delivery regions: change to the region of unknown places, from “local regions” to “remote regions”.",
         "Régions de livraison : changement touchant la région des lieux inconnus, de « les régions locales » à « les régions éloignées »."),
        ("regions:\n", "regions:\n  rulings: [{place: Uashat, region: remote}]\n", "rulings[Uashat]", True,
         "New ruling on a place: Uashat, remote regions.",
         "Nouvelle décision sur un lieu : Uashat, les régions éloignées."),
        ("id: permit", "id: leave", "conditions[permit]", False,
         "Condition withdrawn: Permit.", "Condition retirée : Permis."),
        ("subject: orders", "subject: other", "contacts[one/orders]", False,
         "Contact withdrawn: Orders (one/orders).", "Coordonnées retirées : Commandes (one/orders)."),
    ],
)  # fmt: skip
def test_a_change_is_told_in_both_languages(row: tuple[str, str, str, bool, str, str]) -> None:
    old, new, key, moves, en, fr = row
    change = changes((old, new))[0]
    assert (change.key, change.moves_deadlines) == (key, moves)
    assert plain(change.sentence(EN)) == en
    assert plain(change.sentence(FR)) == fr


def test_another_id_is_another_promise() -> None:
    removed, added = changes(("id: answer", "id: reply"))
    assert (removed.kind, removed.key) == (ChangeKind.REMOVED, "commitments[answer]")
    assert (added.kind, added.key) == (ChangeKind.ADDED, "commitments[reply]")
    assert removed.moves_deadlines
    assert plain(added.sentence(FR)) == "Nouvel engagement : Réponse, 4 heures ouvrables."


def test_statuses_taken_and_given_up_are_told_apart() -> None:
    (change,) = changes(("stop_statuses: [answered]", "stop_statuses: [resolved]"))
    assert change.sentence(EN) == (
        "Answer: the clock now stops on: Resolved. Answer: the clock no longer stops on: Answered."
    )


def test_all_differences_are_told() -> None:
    found = changes(
        ('version: "1"', 'version: "2"'),
        ("amount: 2 d", "amount: 3 d"),
        ("amount: 5 d", "amount: 6 d"),
        ("name: Two", "name: Too"),
    )
    assert [change.key for change in found] == [
        "contract.version",
        "commitments[visit-near].amount",
        "commitments[visit-far].amount",
        "providers[two].name",
    ]


@pytest.mark.parametrize("code", [FR, EN], ids=["fr", "en"])
def test_two_contracts_with_nothing_in_common_are_told(code: Language) -> None:
    one, other = (
        load_contract(f"builtin:{name}").versions[0]
        for name in ("cspq-mobilite", "exemple-municipalite")
    )
    for found in (diff_versions(one, other), diff_versions(other, one)):
        assert all(change.sentence(code).endswith(".") for change in found)
        assert {change.part for change in found} >= {"commitments", "calendars", "regions"}


def test_every_field_that_can_change_has_its_words() -> None:
    told = {*_FIELDS, *_FIELD_NAMES, *(field for field, _ in _STATUSES)}
    parts = {part for part, _ in _WHOLE} | {"id", "rulings"}
    models = (
        ContractVersion, Commitment, Provider, Condition, Contact, CalendarSpec, RegionRule, PlaceRuling,
    )  # fmt: skip
    fields = {field for model in models for field in model.model_fields}
    assert fields - told - parts <= {"provider", "subject", "place"}
