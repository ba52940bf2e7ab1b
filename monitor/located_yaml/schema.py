"""A place in a model's JSON Schema: which keys it knows, what a value there looks like."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema


@dataclass(frozen=True, slots=True)
class SchemaPlace:
    """The schemas that may hold at one key path: one, or several where the model has a union."""

    definitions: Mapping[str, Any]
    schemas: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def of(cls, model: type[BaseModel] | None) -> Self:
        """The root of `model`; a place that knows nothing for None."""
        if model is None:
            return cls({})
        try:
            schema = model.model_json_schema()
        except PydanticInvalidForJsonSchema:
            # A field of a type JSON does not have: the words lose their suggestions, no more.
            return cls({})
        return cls(schema.get("$defs", {}), (schema,))

    def at(self, path: Sequence[str | int], content: Any) -> "SchemaPlace":
        """The place at `path`, choosing union members by what `content` says of itself."""
        found = self._plain(self.schemas, content)
        for part in path:
            content = _value(content, part)
            children = [child for schema in found for child in _children(schema, part)]
            found = self._plain(children, content)
        return SchemaPlace(self.definitions, found)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a mapping here may have."""
        return tuple(dict.fromkeys(key for s in self.schemas for key in s.get("properties", ())))

    @property
    def secret(self) -> bool:
        return any(schema.get("writeOnly") for schema in self.schemas)

    @property
    def example(self) -> str | None:
        """A value that would be right here, where the model gives one."""
        found = (example for schema in self.schemas for example in schema.get("examples", ()))
        return next((str(example) for example in found), None)

    def _plain(
        self, schemas: Iterable[Mapping[str, Any]], content: Any
    ) -> tuple[Mapping[str, Any], ...]:
        return tuple(plain for schema in schemas for plain in self._members(schema, content))

    def _members(self, schema: Mapping[str, Any], content: Any) -> Iterator[Mapping[str, Any]]:
        """A schema without references and unions: itself, or the members that may apply."""
        if reference := schema.get("$ref"):
            target = self.definitions.get(str(reference).rpartition("/")[2], {})
            for member in self._members(target, content):
                yield {**member, **{key: v for key, v in schema.items() if key != "$ref"}}
            return
        members = schema.get("anyOf") or schema.get("oneOf")
        if members is None:
            yield schema
            return
        discriminator = schema.get("discriminator", {})
        kind = _value(content, discriminator.get("propertyName", ""))
        if isinstance(kind, str) and kind in discriminator.get("mapping", {}):
            members = [{"$ref": discriminator["mapping"][kind]}]
        for member in members:
            for plain in self._members(member, content):
                # What the field says of itself stands beside the union, not in it.
                yield {**{k: schema[k] for k in ("examples", "writeOnly") if k in schema}, **plain}


def _value(content: Any, part: str | int) -> Any:
    if isinstance(content, Mapping):
        return content.get(part)
    if isinstance(content, list) and isinstance(part, int) and part < len(content):
        return content[part]
    return None


def _children(schema: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        if "items" in schema:
            yield schema["items"]
        return
    if part in schema.get("properties", {}):
        yield schema["properties"][part]
    elif isinstance(schema.get("additionalProperties"), Mapping):
        yield schema["additionalProperties"]
    else:
        yield from schema.get("patternProperties", {}).values()
