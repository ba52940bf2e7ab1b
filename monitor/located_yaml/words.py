"""Pydantic's errors in words for the person who wrote the file."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from monitor.locale.marking import N_, Said, halves
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
        return Said(N_("is missing")), Said(N_("add '{text}'"), text=f"{key}{example}")
    if first["type"] == "extra_forbidden":
        return _unknown_key(key, parent.keys)
    shown = _shown(first.get("input"), secret=place.secret or bool(_SECRET_KEY.search(key)))
    said = [_said(detail, shown) for detail in details]
    message = said[0][0]
    remedies = dict.fromkeys(remedy for _, remedy in said if remedy)
    if not remedies and place.example:
        return message, Said(N_("write for example {text}"), text=repr(place.example))
    return message, reduce(_either, remedies) if remedies else ""


def _either(first: str, second: str) -> Said:
    return Said(N_("{first}, or {second}"), first=first, second=second)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, if one is like it at all."""
    # Half alike is enough: the reader decides, and a far guess beats a long list.
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def one_of(word: str, known: Iterable[str]) -> str:
    """A remedy for a name that is not known: the nearest one, or all there are."""
    names = sorted(known)
    if (near := nearest(word, names)) is not None:
        return _did_you_mean(near)
    if not names:
        return Said(N_("none is defined"))
    return Said(N_("write one of: {names}"), names=", ".join(names))


def _did_you_mean(word: str) -> Said:
    return Said(N_("did you mean '{word}'?"), word=word)


def _unknown_key(key: str, known: Sequence[str]) -> Words:
    message = Said(N_("is not a key known here"))
    if (near := nearest(key, known)) is not None:
        return message, _did_you_mean(near)
    if not known:
        return message, Said(N_("remove it"))
    return message, Said(N_("known keys: {names}"), names=", ".join(known))


def _shown(value: Any, *, secret: bool) -> str:
    if secret:
        return Said(N_("the value"))
    if isinstance(value, Mapping):
        return Said(N_("a mapping"))
    if isinstance(value, list | tuple | set | frozenset):
        return Said(N_("a list"))
    if value is None:
        return Said(N_("an empty value"))
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}…"
    return Said(N_("'{text}'"), text=text) if isinstance(value, str) else text


def _said(detail: Mapping[str, Any], shown: str) -> Words:
    kind = str(detail["type"])
    context = detail.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return halves(_own_words(context.get("error"), str(detail["msg"])))
    if kind in {"enum", "literal_error"}:
        return (
            Said(N_("{shown} is not one of the values it may have"), shown=shown),
            _choice(str(detail.get("input")), str(context["expected"])),
        )
    if kind == "union_tag_not_found":
        key = _unquoted(context)
        return Said(N_("does not say of which kind it is")), Said(N_("add '{text}'"), text=key)
    if kind == "union_tag_invalid":
        tag, key = str(context["tag"]), _unquoted(context)
        return (
            Said(N_("'{key}: {tag}' is no kind known here"), key=key, tag=tag),
            _choice(tag, str(context["expected_tags"])),
        )
    for stem, words in _WORDS:
        if kind.startswith(stem):
            message, remedy = words(context)
            return Said(message, shown=shown), remedy
    return Said(N_("{shown} is refused: {reason}"), shown=shown, reason=str(detail["msg"])), ""


def _own_words(error: object, otherwise: str) -> str:
    """What a validator of ours raised: `what is wrong; what would be right`."""
    if not isinstance(error, Exception):
        return otherwise
    # Not by `str`, which would make plain English of it.
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)


def _unquoted(context: Mapping[str, Any]) -> str:
    return str(context["discriminator"]).strip("'")


def _choice(written: str, expected: str) -> str:
    """A remedy that lists what is allowed, as pydantic words it: `'a', 'b' or 'c'`."""
    allowed = re.findall(r"'([^']*)'", expected) or [expected]
    near = nearest(written, allowed)
    if near is None:
        return Said(N_("write {words}"), words=listed(allowed))
    return Said(N_("write {words} (did you mean '{near}'?)"), words=listed(allowed), near=near)


def listed(words: Sequence[str]) -> str:
    """`a, b or c`."""
    *before, last = words
    if not before:
        return last
    return Said(N_("{others} or {last}"), others=", ".join(before), last=last)


def _fixed(message: str, remedy: str) -> Callable[[Mapping[str, Any]], Words]:
    return lambda _: (message, Said(remedy))


def _bound(message: str, remedy: str, limit: str) -> Callable[[Mapping[str, Any]], Words]:
    return lambda context: (message, Said(remedy, limit=str(context[limit])))


def _pattern(context: Mapping[str, Any]) -> Words:
    if context.get("pattern") == r"^[a-z0-9]+(?:-[a-z0-9]+)*$":
        return (
            N_("{shown} is not an identifier"),
            Said(
                N_("write lower-case letters, digits and single hyphens, such as 'delivery-local'")
            ),
        )
    return (
        N_("{shown} does not have the expected form"),
        Said(N_("it must match {pattern}"), pattern=str(context.get("pattern"))),
    )


_A_DATE = _fixed(N_("{shown} is not a date"), N_("write it as 2026-11-23"))
_AN_INSTANT = _fixed(
    N_("{shown} is not a date and time with an offset"), N_("write it as 2026-11-23T15:30:00-05:00")
)

# By the start of pydantic's name for the error; the first that fits is taken.
_WORDS: tuple[tuple[str, Callable[[Mapping[str, Any]], Words]], ...] = (
    ("string_pattern_mismatch", _pattern),
    ("string_too_short", _fixed(N_("{shown} is too short"), N_("write something there"))),
    (
        "string_too_long",
        _bound(N_("{shown} is too long"), N_("keep within {limit} characters"), "max_length"),
    ),
    (
        "string",
        _fixed(
            N_("{shown} is not text"), N_("write text, in quotes if it looks like something else")
        ),
    ),
    (
        "too_short",
        _bound(N_("{shown} has too few items"), N_("list at least {limit}"), "min_length"),
    ),
    (
        "too_long",
        _bound(N_("{shown} has too many items"), N_("list at most {limit}"), "max_length"),
    ),
    ("bool", _fixed(N_("{shown} is neither true nor false"), N_("write true or false"))),
    (
        "int",
        _fixed(N_("{shown} is not a whole number"), N_("write a whole number, without quotes")),
    ),
    ("float", _fixed(N_("{shown} is not a number"), N_("write a number, without quotes"))),
    ("finite_number", _fixed(N_("{shown} is not a number"), N_("write a number"))),
    ("greater_than_equal", _bound(N_("{shown} is too small"), N_("write at least {limit}"), "ge")),
    ("greater_than", _bound(N_("{shown} is too small"), N_("write more than {limit}"), "gt")),
    ("less_than_equal", _bound(N_("{shown} is too large"), N_("write at most {limit}"), "le")),
    ("less_than", _bound(N_("{shown} is too large"), N_("write less than {limit}"), "lt")),
    ("datetime", _AN_INSTANT),
    ("timezone", _AN_INSTANT),
    ("date", _A_DATE),
    ("time_delta", _fixed(N_("{shown} is not a duration"), N_("write it as PT30S or 00:00:30"))),
    ("time", _fixed(N_("{shown} is not a time of day"), N_("write it as '08:00'"))),
    ("list", _fixed(N_("{shown} is not a list"), N_("write a list, one '- item' a line"))),
    ("tuple", _fixed(N_("{shown} is not a list"), N_("write a list, one '- item' a line"))),
    ("set", _fixed(N_("{shown} is not a list"), N_("write a list, one '- item' a line"))),
    ("frozen_set", _fixed(N_("{shown} is not a list"), N_("write a list, one '- item' a line"))),
    ("mapping", _fixed(N_("{shown} is not a mapping"), N_("write 'key: value' lines under it"))),
    ("dict", _fixed(N_("{shown} is not a mapping"), N_("write 'key: value' lines under it"))),
    ("model", _fixed(N_("{shown} is not a mapping"), N_("write 'key: value' lines under it"))),
    ("url", _fixed(N_("{shown} is not a web address"), N_("write it as https://host/path"))),
    ("path", _fixed(N_("{shown} is not a path"), N_("write the path of a file or folder"))),
)
