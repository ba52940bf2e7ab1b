from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from monitor.collectors.mapping import MappingSettings, dangling_categories, shipped, shipped_names
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind, Status
from monitor.located_yaml import LocatedDocument


class Holder(BaseModel):
    """As the settings hold one."""

    mapping: MappingSettings


def mapped(value: Any) -> MappingSettings:
    return MappingSettings.model_validate(value)


def problems(text: str) -> str:
    document = LocatedDocument.parse(text, "vigie.yaml")
    with pytest.raises(ValidationError) as error:
        Holder.model_validate(document.content)
    return "\n".join(str(problem) for problem in document.located(error.value, Holder))


def test_the_shipped_mappings_are_named_and_whole() -> None:
    assert shipped_names() == (
        "jira-service-request",
        "servicenow-incident",
        "tmf621",
        "tmf622",
        "tmf622-v5",
        "tmf641",
    )
    assert mapped("tmf621").case_kind is CaseKind.TICKET
    for name in ("tmf622", "tmf622-v5", "tmf641"):
        assert mapped(name).case_kind is CaseKind.ORDER


@pytest.mark.parametrize("name", shipped_names())
def test_the_shipped_mappings_lead_where_the_shipped_contract_owes_something(name: str) -> None:
    versions = load_contract("builtin:cspq-mobilite").versions
    known = {category for version in versions for category in version.categories}
    assert dangling_categories(mapped(name), known) == {}


def test_a_shipped_one_with_what_differs() -> None:
    changed = mapped(
        {
            "use": "tmf621",
            "timezone": "America/Halifax",
            "fields": {"place": "site.city"},
            "status_map": {"assigned": "in_progress", "held": None},
            "category_map": {"Panne": "outage", "delivery": None},
        }
    )
    plain = mapped("tmf621")
    assert changed.timezone == "America/Halifax"
    assert changed.fields == plain.fields.model_copy(update={"place": "site.city"})
    assert changed.status_map["assigned"] is Status.IN_PROGRESS
    assert "held" not in changed.status_map
    assert changed.status_map["resolved"] is Status.RESOLVED
    assert changed.category_map["Panne"] == "outage"
    assert "delivery" not in changed.category_map


def test_a_whole_mapping_may_be_written_out() -> None:
    assert mapped(shipped("tmf622")) == mapped("tmf622")


def test_the_digest_follows_what_is_said() -> None:
    assert mapped("tmf621").digest == mapped({"use": "tmf621"}).digest
    assert (
        mapped("tmf621").digest != mapped({"use": "tmf621", "category_map": {"x": "outage"}}).digest
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "mapping: tmf633",
            "vigie.yaml:1: mapping: no mapping named 'tmf633' is shipped; write one of jira-service-request, servicenow-incident, tmf621",
        ),
        (
            "mapping:\n  use: tmf621\n  fields:\n    ref: id.(a || b)",
            "vigie.yaml:4: mapping.fields.ref: unexpected '('; correct the expression at <HERE>",
        ),
        (
            "mapping:\n  use: tmf621\n  status_map:\n    assigned: in-progress",
            "vigie.yaml:4: mapping.status_map.assigned: 'in-progress' is not one of the values",
        ),
        (
            "mapping:\n  use: tmf621\n  status_map:\n    assigned: in-progress",
            "waiting_client, waiting_third_party, held, answered",
        ),
        (
            "mapping:\n  use: tmf621\n  category_map:\n    Panne: Service Down",
            "vigie.yaml:4: mapping.category_map.Panne: 'Service Down' is not an identifier",
        ),
        ("mapping:\n  use: tmf621\n  timezone: Québec", "vigie.yaml:3: mapping.timezone: unknown"),
        (
            "mapping:\n  use: tmf621\n  field:\n    ref: id",
            "vigie.yaml:3: mapping.field: is not a key known here; did you mean 'fields'?",
        ),
        (
            "mapping:\n  use: tmf621\n  cursor:\n    overlap: soon",
            "vigie.yaml:4: mapping.cursor.overlap: 'soon' is not a span of time; write '30 s'",
        ),
        (
            "mapping:\n  use: tmf621\n  status_map:\n    Resolved: closed",
            "'resolved' and 'Resolved' are one word with two meanings; keep one of them",
        ),
        (
            "mapping:\n  use: tmf621\n  outside_contract: [Incident]",
            "'Incident' is in category_map and in outside_contract; keep it in one",
        ),
        (
            "mapping:\n  use: tmf622\n  cursor:\n    field: updated_at",
            "cursor.field is updated_at, which no expression leads to; add fields.updated_at",
        ),
        ("mapping: 7", "mapping"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_remedy(text: str, said: str) -> None:
    assert said in problems(text)


def test_categories_that_no_commitment_is_owed_on_are_found_with_the_words_that_lead_there() -> (
    None
):
    mapping = mapped({"use": "tmf621", "category_map": {"Panne": "outages", "Bris": "outage"}})
    known = set(mapped("tmf621").category_map.values())
    assert dangling_categories(mapping, known) == {"Panne": "outages"}
