from monitor.contract.loader import read_contract
from tests.support.command_line import run

PROMISED = {
    "delivery-local": (3, "business_days"),
    "delivery-remote": (7, "business_days"),
    "password-reset": (4, "business_hours"),
    "number-change": (7, "business_hours"),
    "information-request": (4, "business_hours"),
    "incident-resolution": (7, "business_hours"),
    "service-restoration": (24, "business_hours"),
    "billing-report": (20, "business_days"),
    "quarterly-report": (15, "business_days"),
}
FIELDS = {
    "id", "label", "amount", "unit", "calendar", "start_rule", "region", "case_kind", "source",
    "effective_from",
}  # fmt: skip


def test_the_shipped_contract_is_listed_whole():
    listed = run("commitments", "--json").json
    assert {each["id"]: (each["amount"], each["unit"]) for each in listed} == PROMISED
    for each in listed:
        assert set(each) == FIELDS
        assert each["label"]["fr"]
        assert each["label"]["en"]
        assert each["source"]["clause"]
        assert each["effective_from"] == "2017-01-01"


def test_regions_and_start_rules_are_told():
    listed = {each["id"]: each for each in run("commitments", "--json").json}
    assert listed["delivery-remote"]["region"] == "remote"
    assert listed["password-reset"]["region"] is None
    assert listed["delivery-local"]["start_rule"] == "next_business_day"
    assert listed["service-restoration"]["start_rule"] == "from_receipt"
    assert listed["quarterly-report"]["case_kind"] == "deliverable"


def test_json_does_not_depend_on_the_language():
    assert run("commitments", "--json").out == run("commitments", "--json", "--lang", "fr").out


def test_people_read_a_table_in_their_language():
    ran = run("commitments", "--lang", "fr")
    plain = ran.out.replace("\N{NO-BREAK SPACE}", " ")
    assert "service-restoration  24 heures ouvrables" in plain
    assert "version 2019-12-11" in plain
    assert plain.count("\n") == 12


def test_the_version_in_force_on_a_day_is_told(folder):
    (folder / "vigie.yaml").write_text("contracts: [builtin:cspq-mobilite, later.yaml]")
    shipped = read_contract("builtin:cspq-mobilite")[1]
    later = shipped.replace('version: "2019-12-11"', 'version: "later"').replace(
        "effective_from: 2017-01-01", "effective_from: 2099-01-01"
    )
    (folder / "later.yaml").write_text(later, encoding="utf-8")
    assert run("commitments", "--json").json[0]["effective_from"] == "2017-01-01"
    assert (
        run("commitments", "--json", "--on", "2098-12-31").json[0]["effective_from"] == "2017-01-01"
    )
    assert (
        run("commitments", "--json", "--on", "2099-01-01").json[0]["effective_from"] == "2099-01-01"
    )


def test_days_that_are_none_or_before_the_contract_are_refused():
    assert (
        run("commitments", "--on", "tomorrow").error
        == "--on: 'tomorrow' is no date; write it as 2026-11-23"
    )
    assert "begins on 2017-01-01" in run("commitments", "--on", "2016-12-31").error
