"""Answers held against an API's specification: as much of JSON Schema as TM Forum's files use."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

Schema = Mapping[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")


class Specification:
    """One file, Swagger 2 or OpenAPI 3."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def wrong(self, value: Any, name: str) -> list[str]:
        """What in `value` is not as the schema `name` has it, unknown attributes included."""
        return list(self._wrong(value, {"$ref": self._at(name)}, name))

    def _at(self, name: str) -> str:
        folder = "definitions" if "definitions" in self.content else "components/schemas"
        return f"#/{folder}/{name}"

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            found: Any = self.content
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        schema = self._resolved(schema)
        yield schema
        for part in schema.get("allOf", ()):
            yield from self._parts(part)

    def _wrong(self, value: Any, schema: Schema, path: str) -> Iterator[str]:
        parts = list(self._parts(schema))
        for part in parts:
            if "oneOf" in part or "anyOf" in part:
                yield from self._wrong_alternative(value, part, path)
                return
        known: dict[str, Schema] = {}
        for part in parts:
            known |= part.get("properties", {})
            yield from self._wrong_here(value, part, path)
        if isinstance(value, dict) and known:
            for name, inner in value.items():
                if name not in known:
                    yield f"{path}.{name}: not in the schema"
                else:
                    yield from self._wrong(inner, known[name], f"{path}.{name}")
        items = next((part["items"] for part in parts if "items" in part), None)
        if isinstance(value, list) and items is not None:
            for position, inner in enumerate(value):
                yield from self._wrong(inner, items, f"{path}[{position}]")

    def _wrong_alternative(self, value: Any, schema: Schema, path: str) -> Iterator[str]:
        mapping = schema.get("discriminator", {}).get("mapping", {})
        chosen = mapping.get(value.get("@type")) if isinstance(value, dict) else None
        if chosen is None:
            yield f"{path}: @type is none of {', '.join(mapping)}"
        else:
            yield from self._wrong(value, {"$ref": chosen}, path)

    def _wrong_here(self, value: Any, schema: Schema, path: str) -> Iterator[str]:
        kind = schema.get("type")
        if kind is not None and not isinstance(value, _TYPES[kind]):
            yield f"{path}: {value!r} is no {kind}"
        if "enum" in schema and value not in schema["enum"]:
            yield f"{path}: {value!r} is none of {schema['enum']}"
        if schema.get("format") == "date-time" and not _DATE_TIME.match(str(value)):
            yield f"{path}: {value!r} is no date-time"
        if isinstance(value, dict):
            yield from (
                f"{path}.{name}: missing"
                for name in schema.get("required", ())
                if name not in value
            )
        if isinstance(value, list) and len(value) < schema.get("minItems", 0):
            yield f"{path}: too few items"


def specification(pattern: str) -> Specification:
    """The TM Forum's file whose name fits; the test is skipped, visibly, where it is not at hand.

    The files may not be distributed with Vigie: VIGIE_TMF_SPECS names the folder they are in.
    """
    folder = os.environ.get("VIGIE_TMF_SPECS", "../shared/tmf")
    found = sorted(Path(folder).glob(pattern))
    if not found:
        pytest.skip(f"no {pattern} in {folder}: set VIGIE_TMF_SPECS to where the files are")
    return Specification(_loaded(found[0]))


@cache
def _loaded(path: Path) -> Mapping[str, Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        content: Mapping[str, Any] = json.loads(text)
        return content
    loaded: Mapping[str, Any] = yaml.load(
        text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded
