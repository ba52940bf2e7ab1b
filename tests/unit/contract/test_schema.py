"""What an editor is told of a contract file."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from monitor.contract.amount import Amount
from monitor.contract.schema import contract_schema


def places(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for child in schema.values():
            yield from places(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from places(child)


def test_it_is_json_and_says_which_draft() -> None:
    schema = json.loads(json.dumps(contract_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"id", "version", "effective_from", "commitments"} <= set(schema["required"])


def test_every_reference_leads_somewhere() -> None:
    schema = contract_schema()
    references = {place["$ref"] for place in places(schema) if isinstance(place.get("$ref"), str)}
    assert {reference.removeprefix("#/$defs/") for reference in references} <= set(schema["$defs"])


def test_unknown_keys_are_refused_everywhere() -> None:
    schema = contract_schema()
    for definition in (schema, *schema["$defs"].values()):
        if "properties" in definition:
            assert definition["additionalProperties"] is False


def test_descriptions_come_from_the_model() -> None:
    schema = contract_schema()
    commitment = schema["$defs"]["Commitment"]
    assert commitment["description"].startswith("One promised level")
    assert commitment["properties"]["amount"]["description"].startswith("Business time allowed")
    assert "`from_receipt`: At receipt" in schema["$defs"]["StartRule"]["description"]
    assert schema["description"].startswith("All that is promised from one date on.")
    assert schema["properties"]["zone"]["description"].startswith("IANA name")


@pytest.mark.parametrize(
    "text",
    ["4 h", "4h", "20 d", "PT90M", "PT1H30M15S", "P2D", "", "4", "0 h", "4 hours", "PT", "P", "P1DT2H", "-1 h"],
)  # fmt: skip
def test_an_amount_is_text_of_the_form_that_is_read(text: str) -> None:
    amount = contract_schema()["$defs"]["Commitment"]["properties"]["amount"]
    assert amount["type"] == "string"
    try:
        Amount.parse(text)
    except ValueError:
        assert re.search(amount["pattern"], text) is None
    else:
        assert re.search(amount["pattern"], text)
