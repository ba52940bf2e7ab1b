"""Local or remote, why, and whether somebody has to confirm it."""

import csv
from datetime import date
from importlib.resources import files

import pytest

from monitor.contract.place_names import key_of, names_in, plain, postal_code_in
from monitor.contract.place_reasons import PlaceReason, sentence
from monitor.contract.regions import Confidence, PlaceDirectory, RegionAnswer, shipped_places
from monitor.contract.rulings import PlaceRuling

# As the contract's text and the ruled list have them: name as a source may state it, region.
REMOTE = """
L'Île-d'Anticosti (Port-Menier) | Port-Menier | ANTICOSTI | Anticosti Island | ile d'anticosti
Les Îles-de-la-Madeleine (Cap-aux-Meules) | Iles de la Madeleine | Magdalen Islands | Fatima
L'Étang-du-Nord | Havre-aux-Maisons | Grosse-Île | Grosse Isle | L'Île-d'Entrée | Entry Island
Grande-Entrée | Cap aux Meules | Fermont | FERMONT | fermont, qc | Schefferville | Port-Cartier
Rivière-au-Tonnerre | riviere au tonnerre | Rivière-Saint-Jean | Rivière St-Jean
Longue-Pointe-de-Mingan | Havre-Saint-Pierre | Havre St-Pierre | Havre St. Pierre
Baie-Johan-Beetz | Aguanish | Natashquan | Kegaska | La Romaine / Unamen Shipu | Unamen Shipu
Chevery | Harrington Harbour | Tête-à-la-Baleine | Tete a la Baleine | Mutton Bay
Côte-Nord-du-Golfe-du-Saint-Laurent | Cote-Nord-du-Golfe-du-St-Laurent
La Tabatière (Gros-Mécatina) | La Tabatiere | Saint-Augustin / Pakuashipi | Pakuashipi
Bonne-Espérance (Rivière-Saint-Paul, Vieux-Fort) | Vieux-Fort | Old Fort Bay | Blanc-Sablon
Lourdes-de-Blanc-Sablon | Kawawachikamach | Chisasibi | Wemindji | Eastmain | Waskaganish
Nemaska | Nemiscau | Mistissini | Whapmagoostui / Kuujjuarapik | Kuujjuarapik | Radisson
Umiujaq | Inukjuak | Puvirnituq | Akulivik | Ivujivik | Salluit | Kangiqsujuaq | Quaqtaq
Kangirsuk | Aupaluk | Tasiujaq | Kuujjuaq | Fort Chimo | Kangiqsualujjuaq
Ekuanitshit (Mingan) | Mingan | Nutashkuan (Pointe-Parent) | Matimekosh–Lac-John | Matimekosh
Gouvernement régional d'Eeyou Istchee Baie-James (autres localités) | Baie-James
"""
LOCAL = """
Sept-Îles (dont Moisie, Gallix, Clarke City) | Sept-Îles | sept iles | SEPT-ILES, QC | 7-Îles
Seven Islands | Moisie | Gallix | Clarke City | Uashat | Maliotenam | Chibougamau
Oujé-Bougoumou | Ouje-Bougoumou | Chapais | Matagami | Waswanipi | Baie-Trinité
Lebel-sur-Quévillon | Obedjiwan | Opitciwan | Clova | Parent | Wemotaci | L'Isle-aux-Coudres
Île aux Coudres | Saint-Antoine-de-l'Isle-aux-Grues | L'Isle-aux-Grues
Notre-Dame-des-Sept-Douleurs (Île Verte) | L'Isle-Verte | Montréal | Montreal | MONTRÉAL, Québec
Québec | Ville de Québec | Quebec City | Québec, QC | Laval | Gatineau | Longueuil | Sherbrooke
Lévis | Saguenay | Chicoutimi | Trois-Rivières | Trois Rivieres | Terrebonne | Repentigny
Saint-Jean-sur-Richelieu | St-Jean-sur-Richelieu | Brossard | Saint-Jérôme | St. Jerome
Drummondville | Granby | Blainville | Saint-Hyacinthe | Mirabel | Châteauguay | Shawinigan
Rimouski | Victoriaville | Salaberry-de-Valleyfield | Vaudreuil-Dorion | Rouyn-Noranda
Val-d'Or | Val d'Or | Saint-Georges | Alma | Magog | Sainte-Thérèse | Ste-Thérèse | Thetford Mines
Baie-Comeau | Rivière-du-Loup | Joliette | Sainte-Marie | Gaspé | Percé | Matane | Amos | La Tuque
Dolbeau-Mistassini | Mont-Laurier | Mont-Tremblant | Montmagny | Roberval | Saint-Félicien
Lac-Mégantic | Nicolet | Lachute | La Malbaie | Baie-Saint-Paul | Forestville | Tadoussac
Chandler | New Richmond | Carleton-sur-Mer | Amqui | Mont-Joli | Sainte-Anne-des-Monts
La Pocatière | Maniwaki | Ville-Marie | La Sarre | Senneterre | Témiscaming | Wendake | Kahnawake
Mashteuiatsh | Manawan | Pessamit | Saint-Augustin-de-Desmaures | Les Escoumins | Sorel-Tracy
"""


def listed(text: str) -> list[str]:
    return [name.strip() for line in text.strip().splitlines() for name in line.split(" | ")]


def region_of(place: str | None) -> RegionAnswer:
    return shipped_places().region_of(place)


@pytest.mark.parametrize("place", listed(REMOTE))
def test_remote_places(place: str) -> None:
    answer = region_of(place)
    assert (answer.region, answer.known, answer.provisional) == ("remote", True, False)
    assert answer.municipality is not None


@pytest.mark.parametrize("place", [name for name in listed(LOCAL) if name != "7-Îles"])
def test_local_places(place: str) -> None:
    answer = region_of(place)
    assert (answer.region, answer.known, answer.provisional) == ("local", True, False)


@pytest.mark.parametrize("place", ["Atlantis", "7-Îles", "Ottawa, ON", "G0G 9Z9", "G0G", "K1A 0B1"])
def test_an_unknown_place_is_provisionally_local(place: str) -> None:
    answer = region_of(place)
    assert (answer.region, answer.known, answer.provisional) == ("local", False, True)
    assert answer.reason_code is PlaceReason.UNKNOWN
    assert place in answer.reason.fr
    assert place in answer.reason.en


@pytest.mark.parametrize("place", [None, "", "  ", "--"])
def test_no_place_is_told_apart_from_an_unknown_one(place: str | None) -> None:
    answer = region_of(place)
    assert (answer.region, answer.known, answer.provisional) == ("local", False, True)
    assert answer.reason_code is PlaceReason.NO_PLACE


@pytest.mark.parametrize(
    ("place", "reason", "confidence"),
    [
        ("Fermont", PlaceReason.NORTH_OF_50, Confidence.HIGH),
        ("Sept-Îles", PlaceReason.EXEMPT, Confidence.HIGH),
        ("Anticosti", PlaceReason.NAMED_ISLAND, Confidence.HIGH),
        ("Chibougamau", PlaceReason.SOUTH_BY_ROAD, Confidence.HIGH),
        ("Montréal", PlaceReason.SOUTH, Confidence.HIGH),
        ("Port-Cartier", PlaceReason.NORTH_OF_50, Confidence.MEDIUM),
        ("Rivière-Pentecôte", PlaceReason.STRADDLES, Confidence.LOW),
        ("Uashat", PlaceReason.ENCLAVE, Confidence.LOW),
        ("L'Isle-aux-Grues", PlaceReason.FERRY, Confidence.LOW),
        ("J0K 1A0", PlaceReason.POSTAL_AREA, Confidence.MEDIUM),
    ],
)
def test_every_answer_carries_its_reason(
    place: str, reason: PlaceReason, confidence: Confidence
) -> None:
    answer = region_of(place)
    assert (answer.reason_code, answer.confidence) == (reason, confidence)
    assert answer.reason.fr != answer.reason.en


@pytest.mark.parametrize(
    ("place", "municipality"),
    [
        ("Lourdes-de-Blanc-Sablon", "Blanc-Sablon"),
        ("Entry Island", "Les Îles-de-la-Madeleine"),
        ("La Romaine", "Côte-Nord-du-Golfe-du-Saint-Laurent"),
        ("La Baleine", "L'Isle-aux-Coudres"),
        ("G0G 1J0", "Fermont"),
        ("g0g1j0", "Fermont"),
        ("12, rue du Fer, Fermont (Québec)  G0G 1J0", "Fermont"),
        ("G5B 2C2", "Port-Cartier"),
        ("G4T", "Les Îles-de-la-Madeleine"),
        ("H2X 1Y4", "Montréal"),
        ("G4R 1A1", "Sept-Îles"),
        ("Natashquan, Québec, Canada", "Natashquan"),
        ("Fermont QC", "Fermont"),
        ("Municipalité de L'Île-d'Anticosti", "L'Île-d'Anticosti"),
        ("Village nordique de Salluit", "Salluit"),
        ("Québec (Québec)", "Québec"),
        ("J0K", None),
        # One island, one town ashore, one key: the spelling decides.
        ("L'Isle-Verte", "L'Isle-Verte"),
        ("Île Verte", "Notre-Dame-des-Sept-Douleurs"),
    ],
)
def test_the_municipality_is_found(place: str, municipality: str | None) -> None:
    answer = region_of(place)
    assert answer.known
    assert answer.municipality == municipality


def test_a_name_of_two_places_is_flagged() -> None:
    answer = region_of("St-Augustin")
    assert (answer.region, answer.known, answer.provisional) == ("remote", True, True)
    assert answer.reason_code is PlaceReason.AMBIGUOUS_NAME


def test_a_postal_code_tells_two_places_of_one_name_apart() -> None:
    answer = region_of("Saint-Augustin, QC G0G 2R0")
    assert (answer.region, answer.provisional) == ("remote", False)


@pytest.mark.parametrize(
    ("place", "region"), [("Gatineau G5B 1A1", "local"), ("Fermont H2X 1Y4", "remote")]
)
def test_a_name_against_its_postal_code_is_flagged(place: str, region: str) -> None:
    answer = region_of(place)
    assert (answer.region, answer.provisional) == (region, True)
    assert answer.reason_code is PlaceReason.CONFLICT


# Rulings.


def ruled(*rulings: PlaceRuling, unknown: str = "local") -> PlaceDirectory:
    return shipped_places().ruled(unknown=unknown, rulings=rulings)


WINTER = PlaceRuling(place="L'Isle-aux-Grues", region="remote", starts_on="12-15", ends_on="04-15")


@pytest.mark.parametrize(
    ("on", "region"),
    [
        (date(2026, 12, 14), "local"),
        (date(2026, 12, 15), "remote"),
        (date(2027, 1, 1), "remote"),
        (date(2027, 4, 15), "remote"),
        (date(2027, 4, 16), "local"),
        (date(2028, 2, 29), "remote"),
    ],
)
def test_a_season_may_run_over_the_new_year(on: date, region: str) -> None:
    assert ruled(WINTER).region_of("Isle aux Grues", on).region == region


@pytest.mark.parametrize(
    ("on", "region"),
    [
        (date(2026, 6, 30), "local"),
        (date(2026, 7, 1), "remote"),
        (date(2026, 8, 31), "remote"),
        (date(2026, 9, 1), "local"),
    ],
)
def test_a_season_within_the_year(on: date, region: str) -> None:
    summer = PlaceRuling(place="Percé", region="remote", starts_on="07-01", ends_on="08-31")
    assert ruled(summer).region_of("Percé", on).region == region


def test_a_season_without_a_date_is_flagged() -> None:
    answer = ruled(WINTER).region_of("L'Isle-aux-Grues")
    assert (answer.region, answer.provisional) == ("local", True)
    assert answer.reason_code is PlaceReason.SEASON


def test_a_ruling_settles_a_place_and_says_so() -> None:
    answer = ruled(PlaceRuling(place="uashat", region="remote")).region_of("Uashat")
    assert (answer.region, answer.known, answer.provisional) == ("remote", True, False)
    assert (answer.reason_code, answer.confidence) == (PlaceReason.RULING, Confidence.HIGH)


def test_a_ruling_may_give_its_reason() -> None:
    ruling = PlaceRuling.model_validate(
        {"place": "Uashat", "region": "remote", "reason": {"fr": "Avis du 3 mai", "en": "3 May notice"}}
    )  # fmt: skip
    assert ruled(ruling).region_of("Uashat").reason.fr == "Avis du 3 mai"


def test_a_ruling_on_an_unknown_place_makes_it_known() -> None:
    answer = ruled(PlaceRuling(place="Camp Nord", region="remote")).region_of("camp nord, QC")
    assert (answer.region, answer.known, answer.provisional) == ("remote", True, False)


def test_a_ruling_on_a_municipality_reaches_its_localities_and_codes() -> None:
    directory = ruled(PlaceRuling(place="Blanc-Sablon", region="local"))
    for place in ("Brador", "G0G 1C0", "BLANC SABLON"):
        assert directory.region_of(place).region == "local"


def test_a_ruling_on_a_locality_leaves_its_municipality_alone() -> None:
    directory = ruled(PlaceRuling(place="Kegaska", region="local"))
    assert directory.region_of("Kegaska").region == "local"
    assert directory.region_of("Chevery").region == "remote"


def test_the_first_ruling_wins() -> None:
    first = PlaceRuling(place="Uashat", region="remote")
    assert ruled(first, PlaceRuling(place="Uashat", region="local")).region_of("Uashat").region == "remote"  # fmt: skip


def test_a_ruling_on_the_island_leaves_the_town_ashore() -> None:
    directory = ruled(PlaceRuling(place="Notre-Dame-des-Sept-Douleurs", region="remote"))
    assert directory.region_of("Île Verte").region == "remote"
    assert directory.region_of("L'Isle-Verte").region == "local"


def test_unknown_places_may_be_taken_for_remote() -> None:
    assert ruled(unknown="remote").region_of("Atlantis").region == "remote"


def test_half_a_season_is_refused() -> None:
    with pytest.raises(ValueError, match="a season has two ends"):
        PlaceRuling(place="Percé", region="remote", starts_on="07-01")


@pytest.mark.parametrize("day", ["13-01", "00-10", "1-1", "02-32", "12/15"])
def test_a_season_is_written_month_then_day(day: str) -> None:
    with pytest.raises(ValueError, match="string_pattern_mismatch"):
        PlaceRuling(place="Percé", region="remote", starts_on=day, ends_on="12-31")


# Names.


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("L'Île-d'Entrée", "ile entree"),
        ("St-Jérôme", "saint jerome"),
        ("Ste. Thérèse", "sainte therese"),
        ("Ville de Québec", "quebec"),
        ("Village nordique de Salluit", "salluit"),
        ("Sacré-Cœur", "sacre coeur"),
        ("La", "la"),
        ("Matimekosh–Lac-John", "matimekosh lac john"),
    ],
)
def test_keys(name: str, key: str) -> None:
    assert key_of(name) == key


def test_plain_keeps_articles_and_words() -> None:
    assert plain("L'Isle-Verte") == "l isle verte"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Fermont G0G 1J0", "G0G 1J0"),
        ("g0g1j0", "G0G 1J0"),
        ("G0G-1J0", "G0G 1J0"),
        ("G5B", "G5B"),
        ("Fermont", None),
        ("H2X 1Y4, puis G5B 2C2", "G5B 2C2"),
    ],
)
def test_postal_codes(text: str, code: str | None) -> None:
    assert postal_code_in(text) == code


def test_the_province_is_no_place_beside_another_name() -> None:
    assert "Québec" not in names_in("Atlantis, Québec")
    assert names_in("Québec") == ["Québec"]


# The shipped data.


def rows(name: str) -> list[dict[str, str]]:
    text = (files("monitor.contract") / "builtin" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_the_regions_follow_from_latitude_and_the_named_exceptions() -> None:
    for row in rows("places.csv"):
        if not row["latitude"] or row["reason"] in {"enclave", "exempt", "straddles"}:
            continue
        north = float(row["latitude"]) > 50
        named = row["reason"] == "named_island"
        assert row["region"] == ("remote" if north or named else "local"), row["name"]


def test_names_in_both_regions_are_few_and_known() -> None:
    regions: dict[str, set[str]] = {}
    for row in rows("places.csv"):
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            regions.setdefault(key_of(name), set()).add(row["region"])
    assert {key for key, found in regions.items() if len(found) > 1} == {"saint augustin"}


def test_every_row_has_its_source_and_its_names_are_its_own() -> None:
    places = rows("places.csv")
    assert all(row["source"] and row["confidence"] for row in places)
    names = [row["name"] for row in places]
    assert len(names) == len(set(names))
    postal = rows("postal_codes.csv")
    assert {row["place"] for row in postal if row["place"]} <= set(names)
    assert all(bool(row["place"]) != bool(row["region"]) for row in postal)
    prefixes = [row["prefix"] for row in postal]
    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize("reason", PlaceReason)
def test_every_reason_has_a_sentence_with_french_spaces(reason: PlaceReason) -> None:
    text = sentence(reason, "Fermont")
    assert text.fr.endswith(".")
    assert text.en.endswith(".")
    assert " :" not in text.fr
    assert " ;" not in text.fr
