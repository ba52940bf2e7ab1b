"""Pydantic's errors in words for the person who wrote the file."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from monitor.located_yaml.schema import SchemaPlace

Words = tuple[str, str]
"""What is wrong, and what would be right."""

_SECRET_KEY = re.compile(
    r"pass(word|phrase)?$|secret|token|api_?key|credential|dsn$|url$", re.IGNORECASE
)
"""Keys whose value is not repeated even where no model says it is secret: addresses hold some."""
_LONGEST_SHOWN = 60


def wording(
    path: Sequence[str | int],
    details: Sequence[Mapping[str, Any]],
    *,
    place: SchemaPlace,
    parent: SchemaPlace,
) -> Words:
    """The message and the remedy for the errors at one key path."""
    key = str(path[-1]) if path else ""
    first = details[0]
    if first["type"] == "missing":
        example = f": {place.example}" if place.example else ""
        return "is missing", f"add '{key}{example}'"
    if first["type"] == "extra_forbidden":
        return _unknown_key(key, parent.keys)
    shown = _shown(first.get("input"), secret=place.secret or bool(_SECRET_KEY.search(key)))
    said = [_said(detail, shown) for detail in details]
    message = said[0][0]
    remedies = dict.fromkeys(remedy for _, remedy in said if remedy)
    if not remedies and place.example:
        return message, f"write for example {place.example!r}"
    return message, ", or ".join(remedies)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, if one is like it at all."""
    # Half alike is enough: the reader decides, and a far guess beats a long list.
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def one_of(word: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not known: the nearest one, or all there are."""
    names = sorted(known)
    if (near := nearest(word, names)) is not None:
        return f"did you mean '{near}'?"
    return f"write one of: {', '.join(names)}" if names else "none is defined"


def _unknown_key(key: str, known: Sequence[str]) -> Words:
    message = "is not a key known here"
    if (near := nearest(key, known)) is not None:
        return message, f"did you mean '{near}'?"
    return message, f"known keys: {', '.join(known)}" if known else "remove it"


def _shown(value: Any, *, secret: bool) -> str:
    if secret:
        return "the value"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}…"
    return f"'{text}'" if isinstance(value, str) else text


def _said(detail: Mapping[str, Any], shown: str) -> Words:
    kind = str(detail["type"])
    context = detail.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return _own_words(str(context.get("error", detail["msg"])))
    if kind in {"enum", "literal_error"}:
        return f"{shown} is not one of the values it may have", _choice(
            str(detail.get("input")), str(context["expected"])
        )
    if kind == "union_tag_not_found":
        return "does not say of which kind it is", f"add '{_unquoted(context)}'"
    if kind == "union_tag_invalid":
        tag, key = str(context["tag"]), _unquoted(context)
        return f"'{key}: {tag}' is no kind known here", _choice(tag, str(context["expected_tags"]))
    for stem, words in _WORDS:
        if kind.startswith(stem):
            message, remedy = words(context)
            return f"{shown} {message}", remedy
    return f"{shown} is refused: {detail['msg']}", ""


def _own_words(message: str) -> Words:
    """What a validator of ours raised: `what is wrong; what would be right`."""
    wrong, _, right = message.partition("; ")
    return wrong, right


def _unquoted(context: Mapping[str, Any]) -> str:
    return str(context["discriminator"]).strip("'")


def _choice(written: str, expected: str) -> str:
    """A remedy that lists what is allowed, as pydantic words it: `'a', 'b' or 'c'`."""
    allowed = re.findall(r"'([^']*)'", expected) or [expected]
    near = nearest(written, allowed)
    guess = f" (did you mean '{near}'?)" if near is not None else ""
    return f"write {_listed(allowed)}{guess}"


def _listed(words: Sequence[str]) -> str:
    *before, last = words
    return f"{', '.join(before)} or {last}" if before else last


def _fixed(message: str, remedy: str) -> Callable[[Mapping[str, Any]], Words]:
    return lambda _: (message, remedy)


def _bound(message: str, remedy: str, limit: str) -> Callable[[Mapping[str, Any]], Words]:
    return lambda context: (message, remedy.format(context[limit]))


def _pattern(context: Mapping[str, Any]) -> Words:
    if context.get("pattern") == r"^[a-z0-9]+(?:-[a-z0-9]+)*$":
        return (
            "is not an identifier",
            "write lower-case letters, digits and single hyphens, such as 'delivery-local'",
        )
    return "does not have the expected form", f"it must match {context.get('pattern')}"


_A_DATE = _fixed("is not a date", "write it as 2026-11-23")
_AN_INSTANT = _fixed(
    "is not a date and time with an offset", "write it as 2026-11-23T15:30:00-05:00"
)

# By the start of pydantic's name for the error; the first that fits is taken.
_WORDS: tuple[tuple[str, Callable[[Mapping[str, Any]], Words]], ...] = (
    ("string_pattern_mismatch", _pattern),
    ("string_too_short", _fixed("is too short", "write something there")),
    ("string_too_long", _bound("is too long", "keep within {} characters", "max_length")),
    ("string", _fixed("is not text", "write text, in quotes if it looks like something else")),
    ("too_short", _bound("has too few items", "list at least {}", "min_length")),
    ("too_long", _bound("has too many items", "list at most {}", "max_length")),
    ("bool", _fixed("is neither true nor false", "write true or false")),
    ("int", _fixed("is not a whole number", "write a whole number, without quotes")),
    ("float", _fixed("is not a number", "write a number, without quotes")),
    ("finite_number", _fixed("is not a number", "write a number")),
    ("greater_than_equal", _bound("is too small", "write at least {}", "ge")),
    ("greater_than", _bound("is too small", "write more than {}", "gt")),
    ("less_than_equal", _bound("is too large", "write at most {}", "le")),
    ("less_than", _bound("is too large", "write less than {}", "lt")),
    ("datetime", _AN_INSTANT),
    ("timezone", _AN_INSTANT),
    ("date", _A_DATE),
    ("time_delta", _fixed("is not a duration", "write it as PT30S or 00:00:30")),
    ("time", _fixed("is not a time of day", "write it as '08:00'")),
    ("list", _fixed("is not a list", "write a list, one '- item' a line")),
    ("tuple", _fixed("is not a list", "write a list, one '- item' a line")),
    ("set", _fixed("is not a list", "write a list, one '- item' a line")),
    ("frozen_set", _fixed("is not a list", "write a list, one '- item' a line")),
    ("mapping", _fixed("is not a mapping", "write 'key: value' lines under it")),
    ("dict", _fixed("is not a mapping", "write 'key: value' lines under it")),
    ("model", _fixed("is not a mapping", "write 'key: value' lines under it")),
    ("url", _fixed("is not a web address", "write it as https://host/path")),
    ("path", _fixed("is not a path", "write the path of a file or folder")),
)
