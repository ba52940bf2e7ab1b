"""The provider's claims as a record states them, and what the mapping asks an API for."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor.cases.claim import ProviderClaim
from monitor.collectors.field_names import fields_read, paths_of
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, Reading

MAPPING = {
    "use": "tmf621",
    "claims": {
        "items": "levels",
        "name": "name",
        "breached": "late",
        "due_at": "due",
        "stopped_at": "stopped",
        "remaining": "left",
    },
}
RECORD = {
    "id": "TT-1",
    "creationDate": "2026-11-23T15:00:00Z",
    "status": "acknowledged",
    "ticketType": "incident",
}


def claims(levels: object) -> tuple[ProviderClaim, ...]:
    reading = Reading(MappingSettings.model_validate(MAPPING))
    read = reading.read({**RECORD, "levels": levels}, until=None)
    assert isinstance(read, Facts)
    return read.claims


def test_a_claim_survives_its_storage_as_json() -> None:
    claim = ProviderClaim(
        name="P1",
        breached=False,
        due_at=datetime(2026, 11, 23, 20, tzinfo=UTC),
        remaining=timedelta(seconds=-5),
    )
    assert ProviderClaim.load(json.loads(json.dumps(claim.dump()))) == claim


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ({"late": True}, {"breached": True}),
        ({"late": "false"}, {"breached": False}),
        ({"late": 1}, {}),
        ({"late": ["true"]}, {}),
        ({"left": 90}, {"remaining": timedelta(seconds=90)}),
        ({"left": "-90"}, {"remaining": timedelta(seconds=-90)}),
        ({"left": "1970-01-02 00:00:30"}, {"remaining": timedelta(days=1, seconds=30)}),
        ({"left": "1969-12-31 23:00:00"}, {"remaining": timedelta(hours=-1)}),
        ({"left": "soon"}, {}),
        ({"left": 1e300}, {}),
        ({"due": "2026-11-23T20:00:00Z"}, {"due_at": datetime(2026, 11, 23, 20, tzinfo=UTC)}),
        ({"due": "demain"}, {}),
        ({"stopped": ""}, {}),
    ],
)
def test_what_cannot_be_read_of_a_claim_is_left_out(level, said) -> None:
    assert claims([{"name": " P1 ", **level}]) == (ProviderClaim(name="P1", **said),)


@pytest.mark.parametrize("levels", [None, "x", [], [7], [{"late": True}], [{"name": ""}]])
def test_a_claim_without_a_name_is_none(levels) -> None:
    assert claims(levels) == ()


@pytest.mark.parametrize(
    ("expression", "paths"),
    [
        ("number", {("number",)}),
        ("number.value", {("number", "value")}),
        ('"company.name"', {("company.name",)}),
        ("fields.status.name", {("fields", "status", "name")}),
        ("a.b[0].c || d", {("a", "b"), ("d",)}),
        ("a[?x == 'y'] | [0].z", {("a",)}),
        ("(state == '6' && resolved_at) || closed_at", {("state",), ("resolved_at",), ("closed_at",)}),
        ("join('-', [a, b.c])", {("a",), ("b", "c")}),
        ("{x: a, y: b} | x", {("a",), ("b",)}),
        ("'literal'", set()),
        ("@.number", {("number",)}),
        ("@", {()}),
        ("*.x", {()}),
    ],
)  # fmt: skip
def test_where_an_expression_enters_a_record(expression: str, paths: set[tuple[str, ...]]) -> None:
    assert paths_of(expression) == paths


def test_a_mapping_that_may_read_everything_is_asked_everything_for() -> None:
    mapping = {"use": "servicenow-incident", "fields": {"place": "keys(@) | [0]"}}
    assert fields_read(MappingSettings.model_validate(mapping)) is None
