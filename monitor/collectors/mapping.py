"""How a provider's records are read, written in YAML: where each fact stands, what words mean."""

import hashlib
from collections.abc import Collection, Mapping
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from monitor.cases.correction import fold
from monitor.clock.zones import zone
from monitor.collectors.expressions import Expression, quoted
from monitor.collectors.times import time_format
from monitor.contract.model import CaseKind, Slug, Status
from monitor.locale.marking import N_, Said
from monitor.located_yaml import LocatedDocument
from monitor.located_yaml.words import one_of
from monitor.spans import Span


class MappingPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FieldExpressions(MappingPart):
    """Where a record states each fact; a null, false or empty answer means it does not."""

    ref: Expression
    received_at: Expression
    status: Expression
    category: Expression
    changed_at: Expression | None = None
    """When the present status was taken. Where it gives nothing, two polls bound the time."""
    updated_at: Expression | None = None
    """When anything in the record last changed."""
    organization: Expression | None = None
    place: Expression | None = None
    severity: Expression | None = None
    """How grave the provider holds it to be; policies may choose by it."""


class HistoryExpressions(MappingPart):
    """Where a record lists the statuses it went through."""

    items: Expression
    status: Expression
    """Within one item, as is `changed_at`."""
    changed_at: Expression


class ClaimExpressions(MappingPart):
    """Where a record states the provider's own service levels: its claims, compared with ours."""

    items: Expression
    name: Expression
    """Within one item, as are the others."""
    breached: Expression | None = None
    due_at: Expression | None = None
    stopped_at: Expression | None = None
    remaining: Expression | None = None
    """By the provider's calendar; a number, or a duration as ServiceNow writes it."""
    remaining_in: Literal["s", "ms"] = "s"


class CursorSettings(MappingPart):
    """How a poll asks for what changed since the one before."""

    field: Literal["updated_at", "received_at"]
    """The mapped time that the filter is about; by it the filter's answer is verified."""
    filter: Annotated[str, Field(pattern=r"^[\w.@-]+$")]
    """The query parameter that takes the earliest time wanted."""
    sort: Annotated[str, Field(pattern=r"^[\w.@+,-]+$")] | None = None
    overlap: Span
    """How far before the last poll the next one asks again: late entries and skewed clocks."""
    reread: Literal["every-poll"] | Span
    """How often open cases that the listing did not bring are read again one by one."""
    sweep: Literal["never"] | Span
    """How often everything is listed, whatever the cursor says: finds what was dated back."""

    @property
    def order(self) -> str:
        """What the listing is ordered by, for people."""
        return self.sort or self.filter


def _zone(name: str) -> str:
    zone(name)
    return name


class MappingSettings(MappingPart):
    """A whole mapping.

    In YAML also the name of a shipped one (`tmf621`), or `{use: tmf621, …}` with what differs:
    keys given there are added to the shipped ones, a null takes one away. `columns` is another way
    to write `fields`, by the names of a table's columns.
    """

    case_kind: CaseKind
    resource: Annotated[str, Field(pattern=r"^[A-Za-z][\w/-]*$")] | None = None
    """The collection's path under the source's URL; needed by sources read over HTTP."""
    timezone: Annotated[str, AfterValidator(_zone)] = "America/Toronto"
    """Where the provider's clocks hang, for times written without an offset."""
    time_formats: tuple[Annotated[str, AfterValidator(time_format)], ...] = ()
    """How the provider writes times, where it is not ISO 8601, which is always read."""
    fields: FieldExpressions
    history: HistoryExpressions | None = None
    claims: ClaimExpressions | None = None
    cursor: CursorSettings | None = None
    status_map: Annotated[Mapping[str, Status], Field(min_length=1)]
    """The provider's statuses, whatever their case, to ours."""
    category_map: Annotated[Mapping[str, Slug], Field(min_length=1)]
    """The provider's categories, whatever their case, to the contract's."""
    outside_contract: tuple[str, ...] = ()
    """Categories of the provider's that the contract is known not to cover: passed over."""

    @model_validator(mode="before")
    @classmethod
    def _with_shipped(cls, value: Any) -> Any:
        if isinstance(value, str):
            return shipped(value)
        if isinstance(value, Mapping) and isinstance(value.get("use"), str):
            changes = {key: change for key, change in value.items() if key != "use"}
            value = _overlaid(shipped(value["use"]), changes)
        return _with_columns(value)

    @field_validator("status_map", "category_map")
    @classmethod
    def _one_meaning(cls, words: Mapping[str, Any]) -> Mapping[str, Any]:
        folded: dict[str, str] = {}
        for word, meaning in words.items():
            other = folded.setdefault(fold(word), word)
            if words[other] != meaning:
                raise ValueError(
                    Said(
                        N_(
                            "'{first}' and '{second}' are one word with two meanings; keep one of"
                            " them"
                        ),
                        first=other,
                        second=word,
                    )
                )
        return words

    @model_validator(mode="after")
    def _covered_or_not(self) -> "MappingSettings":
        covered = {fold(word) for word in self.category_map}
        if both := [word for word in self.outside_contract if fold(word) in covered]:
            raise ValueError(
                Said(
                    N_("'{word}' is in category_map and in outside_contract; keep it in one"),
                    word=both[0],
                )
            )
        if self.cursor is not None and getattr(self.fields, self.cursor.field) is None:
            raise ValueError(
                Said(
                    N_("cursor.field is {field}, which no expression leads to; add fields.{field}"),
                    field=self.cursor.field,
                )
            )
        return self

    @property
    def digest(self) -> str:
        """Changes with anything in it: what was read by another mapping is read again."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


def shipped_names() -> tuple[str, ...]:
    """The mappings that come with Vigie."""
    folder = resources.files("monitor.collectors") / "builtin"
    return tuple(
        sorted(
            entry.name.removesuffix(".yaml")
            for entry in folder.iterdir()
            if entry.name.endswith(".yaml")
        )
    )


def shipped(name: str) -> dict[str, Any]:
    """A shipped mapping, as its YAML says.

    Raises:
        ValueError: there is none of this name.
    """
    if name not in shipped_names():
        raise ValueError(
            Said(
                N_(
                    "no mapping named '{name}' is shipped; write one of {names}, or the whole"
                    " mapping here"
                ),
                name=name,
                names=", ".join(shipped_names()),
            )
        )
    text = (resources.files("monitor.collectors") / "builtin" / f"{name}.yaml").read_text("utf-8")
    return dict(LocatedDocument.parse(text, f"{name}.yaml").content)


def dangling_categories(mapping: MappingSettings, known: Collection[str]) -> dict[str, str]:
    """The provider's words that lead to a category on which nothing is owed, with that category.

    Args:
        mapping: the source's mapping.
        known: the categories of the contract's commitments, of all its versions.
    """
    return {word: name for word, name in mapping.category_map.items() if name not in known}


def _with_columns(value: Any) -> Any:
    """`columns` as the expressions that lead to them."""
    if not isinstance(value, Mapping) or not isinstance(value.get("columns"), Mapping):
        return value
    columns, fields = value["columns"], value.get("fields") or {}
    if not isinstance(fields, Mapping):
        return value
    if both := [name for name in columns if name in fields]:
        raise ValueError(
            Said(N_("'{fact}' is in columns and in fields; keep it in one"), fact=str(both[0]))
        )
    if strange := [name for name in columns if name not in FieldExpressions.model_fields]:
        raise ValueError(
            Said(
                N_("columns has '{fact}', which is no fact; {remedy}"),
                fact=str(strange[0]),
                remedy=one_of(str(strange[0]), FieldExpressions.model_fields),
            )
        )
    needed = (name for name, part in FieldExpressions.model_fields.items() if part.is_required())
    if missing := [name for name in needed if name not in {**columns, **fields}]:
        raise ValueError(
            Said(N_("columns lead to no {fact}; name the column that states it"), fact=missing[0])
        )
    led = {
        name: quoted(column) if isinstance(column, str) else column
        for name, column in columns.items()
    }
    rest = {key: part for key, part in value.items() if key != "columns"}
    return {**rest, "fields": {**fields, **led}}


def _overlaid(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _overlaid(merged[key], value)
        else:
            merged[key] = value
    return merged
