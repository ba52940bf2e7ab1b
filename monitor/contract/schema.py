"""The JSON Schema of a contract file, for editors: descriptions come from the model itself."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from monitor.contract import amount, model, rulings, vocabulary
from monitor.contract.model import ContractVersion

_MODULES: tuple[ModuleType, ...] = (vocabulary, amount, rulings, model)


def contract_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) that a contract file follows; `vigie contract check` says more."""
    schema = ContractVersion.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Vigie contract version"
    described = _descriptions()
    for definition in (schema, *schema["$defs"].values()):
        name = "ContractVersion" if definition is schema else definition["title"]
        members = [
            f"`{value}`: {described[name, value]}"
            for value in definition.get("enum", ())
            if (name, value) in described
        ]
        if text := "\n".join([*filter(None, [described.get((name, ""))]), *members]):
            definition["description"] = text
        for field, place in definition.get("properties", {}).items():
            if (name, field) in described:
                place["description"] = described[name, field]
    return schema


@cache
def _descriptions() -> dict[tuple[str, str], str]:
    """Docstrings of the models by class and field; those under a field are no run-time objects."""
    return {key: text for module in _MODULES for key, text in _documented(module)}


def _documented(module: ModuleType) -> Iterator[tuple[tuple[str, str], str]]:
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, ast.ClassDef):
            continue
        if text := ast.get_docstring(node):
            yield (node.name, ""), text
        for field, after in zip(node.body, node.body[1:], strict=False):
            name = _name(field)
            if name is not None and isinstance(after, ast.Expr):
                yield (node.name, name), inspect.cleandoc(ast.literal_eval(after.value))


def _name(statement: ast.stmt) -> str | None:
    """The field, or the value of the enumeration's member, that a statement sets."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(value=ast.Constant(value=str(value))):
            return value
    return None
