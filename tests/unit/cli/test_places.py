import pytest

from tests.support.command_line import run
from tests.support.contracts import CONTRACT


@pytest.mark.parametrize(
    ("name", "region", "municipality"),
    [
        ("kuujjuaq", "remote", "Kuujjuaq"),
        ("SEPT ILES", "local", "Sept-Îles"),
        ("Montréal (Québec)", "local", "Montréal"),
        ("L'Île-d'Anticosti", "remote", "L'Île-d'Anticosti"),
    ],
)
def test_a_place_is_told_with_its_reason(name, region, municipality):
    (answer,) = run("places", name, "--json").json
    assert (answer["place"], answer["region"]) == (name, region)
    assert answer["municipality"] == municipality
    assert answer["reason"]["fr"]
    assert (answer["known"], answer["provisional"]) == (True, False)


def test_an_unknown_place_is_flagged():
    (answer,) = run("places", "Nullepart", "--json").json
    assert (answer["region"], answer["known"], answer["provisional"]) == ("local", False, True)
    assert "to be confirmed" in run("places", "Nullepart").out


def test_a_season_holds_on_its_days(folder):
    (folder / "vigie.yaml").write_text(
        "places: [{place: Île Verte, region: remote, starts_on: '12-15', ends_on: '04-15'}]"
    )
    (winter,) = run("places", "Île Verte", "--on", "2027-01-15", "--json").json
    (summer,) = run("places", "Île Verte", "--on", "2027-07-15", "--json").json
    assert winter["region"] == "remote"
    assert summer["region"] != "remote" or summer["reason_code"] != "ruling"


def test_without_a_name_the_directory_is_listed():
    listed = run("places", "--json").json
    assert len(listed) > 1000
    assert {"local", "remote"} == {each["region"] for each in listed}


def test_people_read_regions_in_their_language():
    assert "éloignée" in run("places", "Kuujjuaq", "--lang", "fr").out


def test_a_contract_without_regions_has_no_places(folder):
    text = CONTRACT.replace("regions:\n  source: {document: Texte, clause: Deux}\n", "")
    text = text.replace("    region: local\n", "").replace("    region: remote\n", "")
    text = text.replace("category: visit\n", "category: far\n", 1)
    (folder / "mine.yaml").write_text(text.replace("[visit]", "[far]"))
    (folder / "vigie.yaml").write_text("contracts: [mine.yaml]")
    assert run("places", "Québec").error == "nothing in this contract depends on a place"


def test_unknown_places_need_a_database_and_no_name():
    assert "vigie.db does not exist" in run("places", "--unknown").error
    assert run("places", "--unknown", "Québec").error == "--unknown takes no name"
