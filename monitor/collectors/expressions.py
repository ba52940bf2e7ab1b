"""JMESPath expressions of a mapping: checked when it is read, wrong ones shown where."""

import json
import re
from typing import Annotated, Any

import jmespath
from jmespath import exceptions
from jmespath.functions import Functions
from jmespath.parser import ParsedResult
from pydantic import AfterValidator

from monitor.locale.marking import N_, Said

_HERE = "<HERE>"
_SHOWN_AROUND = 60
"""Characters of a long expression shown either side of what is wrong."""


def compile_expression(text: str) -> ParsedResult:
    """Compile `text`.

    Function names and their numbers of arguments are checked too: JMESPath itself would only
    complain on the first record that reaches them.

    Raises:
        ValueError: what is wrong, then the expression with the place marked, on one line.
    """
    try:
        compiled = jmespath.compile(text)
    except exceptions.EmptyExpressionError:
        raise ValueError(Said(N_("the expression is empty; write a JMESPath expression"))) from None
    except exceptions.LexerError as error:
        raise _wrong(text, error.lexer_position, error.message.lower()) from None
    except exceptions.IncompleteExpressionError:
        raise _wrong(text, len(text), Said(N_("the expression ends too early"))) from None
    except exceptions.ParseError as error:
        raise _wrong(
            text, error.lex_position, Said(N_("unexpected '{token}'"), token=str(error.token_value))
        ) from None
    except exceptions.JMESPathError as error:
        raise _wrong(text, 0, str(error)) from None
    _check_functions(text, compiled.parsed)
    return compiled


def _checked(text: str) -> str:
    compile_expression(text)
    return text


Expression = Annotated[str, AfterValidator(_checked)]
"""A JMESPath expression, known to compile."""


def quoted(name: str) -> str:
    """The expression that leads to a field of this name, whatever characters it has."""
    return json.dumps(name.strip(), ensure_ascii=False)


def plain_field(text: str) -> str | None:
    """The name that an expression leads to and nothing else; None: it does more."""
    node = compile_expression(text).parsed
    return str(node["value"]) if node["type"] == "field" else None


def _check_functions(text: str, node: Any) -> None:
    if not isinstance(node, dict):
        return
    if node.get("type") == "function_expression":
        _check_call(text, node["value"], len(node["children"]))
    for child in node.get("children", ()):
        _check_functions(text, child)


def _check_call(text: str, name: str, given: int) -> None:
    known = Functions.FUNCTION_TABLE.get(name)
    if known is None:
        message = Said(
            N_("there is no function {name}(), known: {names}"),
            name=name,
            names=", ".join(Functions.FUNCTION_TABLE),
        )
        raise _wrong(text, _position_of_call(text, name), message)
    signature = known["signature"]
    variadic = any(argument.get("variadic") for argument in signature)
    if given < len(signature) or (given > len(signature) and not variadic):
        template = (
            N_("{name}() takes at least {wanted} argument(s), not {given}")
            if variadic
            else N_("{name}() takes {wanted} argument(s), not {given}")
        )
        message = Said(template, name=name, wanted=str(len(signature)), given=str(given))
        raise _wrong(text, _position_of_call(text, name), message)


def _position_of_call(text: str, name: str) -> int:
    found = re.search(rf"\b{re.escape(name)}\s*\(", text)
    return found.start() if found else 0


def _wrong(text: str, position: int, message: str) -> ValueError:
    before = text[max(0, position - _SHOWN_AROUND) : position]
    after = text[position : position + _SHOWN_AROUND]
    # A folded or literal YAML block may span lines; a problem is told on one.
    shown = re.sub(r"\s", " ", f"{before}{_HERE}{after}")
    return ValueError(
        Said(
            N_("{problem}; correct the expression at {here}: {shown}"),
            problem=message,
            here=_HERE,
            shown=shown,
        )
    )
