"""An expression as a function, held against the library that it saves work."""

from typing import Any

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from monitor.collectors.closures import finder
from monitor.collectors.mapping import MappingSettings, shipped_names

EXPRESSIONS = [
    "a",
    "a.b.c",
    '"@type".a',
    "a[0]",
    "a[-1].b",
    "a[].b[] | [0]",
    "a[*].b",
    "[*]",
    "[]",
    "@",
    "a | @ | b",
    "a || b",
    "a && b",
    "!a",
    "a == 'x' && b || c",
    "a[?b == 'x'] | [0].c",
    "a[?b != 'x' && c].d",
    "a[?b == `1`]",
    "a[?b > `0`].c",
    "a[0:2]",
    "a.*",
    "{x: a, y: b}",
    "[a, b]",
    "a == `true`",
    "length(a)",
    "join('-', a)",
    "sort_by(a, &b)[0]",
    "a[?b == null]",
]


def shipped() -> list[str]:
    found = set()
    for name in shipped_names():
        mapping = MappingSettings.model_validate(name)
        found |= {text for text in mapping.fields.model_dump().values() if text is not None}
        if mapping.history is not None:
            found |= set(mapping.history.model_dump().values())
    return sorted(found)


names = st.sampled_from(
    ["a", "b", "c", "d", "@type", "role", "id", "name", "relatedParty", "relatedEntity", "entity",
     "partyOrPartyRole", "@referredType", "state", "completionDate", "productOrderItem", "product",
     "place", "city", "statusChange", "serviceOrderItem", "service"]
)  # fmt: skip
plain = st.sampled_from([None, True, False, 0, 1, 2.5, "", "x", "customer", "place", "completed"])
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=25,
)


def found_by(search: Any, value: Any) -> Any:
    try:
        return search(value)
    except JMESPathError as error:
        return type(error)
    except TypeError as error:
        return type(error)


@pytest.mark.parametrize("text", [*EXPRESSIONS, *shipped()])
@given(value=values)
@settings(max_examples=25, deadline=None)
def test_a_function_finds_what_the_library_finds(text: str, value: Any) -> None:
    compiled = jmespath.compile(text)
    theirs = found_by(compiled.search, value)
    assert repr(found_by(finder(compiled), value)) == repr(theirs)
