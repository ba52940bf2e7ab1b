"""Keeps the catalogues in step with the code: `python -m monitor.locale.catalogue update|check`.

`update` finds every marked text in the code, the templates and click, keeps the translations there
are, and compiles; `--prune` also drops those whose text is gone. `check` says all that is missing
and exits with status 1. The files hold no date and no line number: the same texts give the same
bytes.
"""

import argparse
import io
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tokenize import TokenError
from typing import TypeAlias

import click
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from jinja2 import TemplateSyntaxError

from monitor.errors import InputError
from monitor.locale.negotiation import DOMAIN, FOLDER

PROJECT = FOLDER.parent
PO = FOLDER / "fr" / "LC_MESSAGES" / f"{DOMAIN}.po"

_Keywords: TypeAlias = dict[str, tuple[int | tuple[int, str], ...] | None]
_Extracted: TypeAlias = tuple[int, str | tuple[str, ...], list[str], str | None]

_KEYWORDS: _Keywords = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
_CLICK_KEYWORDS: _Keywords = {
    "_": None,
    "ngettext": (1, 2),
}
_SOURCES = {".py": "python", ".j2": "jinja2"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?:![rs])?(?::[^}]*)?\}")


class DatelessCatalog(Catalog):
    """A catalogue whose header has nothing in it that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "vigie"),
            ("Language", "fr"),
            ("Plural-Forms", "nplurals=2; plural=(n > 1);"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


@cache
def extracted() -> DatelessCatalog:
    """Every text marked in the code and in click, untranslated.

    Raises:
        InputError: a file cannot be read as what it is; the catalogue would lose its texts.
    """
    catalog = _empty()
    for root, keywords in ((PROJECT, _KEYWORDS), (Path(click.__file__).parent, _CLICK_KEYWORDS)):
        for path in sorted(root.rglob("*")):
            if method := _SOURCES.get(path.suffix):
                location = path.relative_to(root.parent).as_posix()
                for _, text, comments, context in _texts_in(path, method, keywords):
                    catalog.add(
                        text, None, [(location, 1)], auto_comments=comments, context=context
                    )
    return catalog


def _texts_in(path: Path, method: str, keywords: _Keywords) -> list[_Extracted]:
    try:
        return list(
            extract_from_file(
                method,
                path,
                keywords=keywords,
                comment_tags=["Translators:"],
                strip_comment_tags=True,
            )
        )
    except (SyntaxError, TokenError, TemplateSyntaxError) as error:
        raise InputError(f"{path}: its texts cannot be read: {error}; mend the file") from None


def merged(template: Catalog, translated: Catalog, *, prune: bool = False) -> DatelessCatalog:
    """The template's texts with the translations there are; the others are set aside as obsolete.

    They are kept because the code they belong to may only be broken, or not there yet.
    """
    catalog = _empty()
    old = {_identity(message): message for message in _texts(translated)}
    old |= {_identity(message): message for message in translated.obsolete.values()}
    for message in _texts(template):
        before = old.pop(_identity(message), None)
        catalog.add(
            message.id,
            before.string if before else None,
            message.locations,
            flags=before.flags if before else (),
            auto_comments=message.auto_comments,
            user_comments=before.user_comments if before else (),
            context=message.context,
        )
    for message in old.values():
        if not prune and message.string:
            catalog.obsolete[_identity(message)] = message
    return catalog


def problems(catalog: Catalog) -> Iterator[str]:
    """What keeps a reader of French from reading French, one line each."""
    for message in _texts(catalog):
        name = repr(message.id)
        strings = _strings(message)
        if not all(strings):
            yield f"not translated: {name} ({message.locations[0][0]})"
        elif message.fuzzy:
            yield f"marked fuzzy: {name}"
        elif not _same_placeholders(message):
            yield f"its translation has other placeholders: {name}"
    for message in catalog.obsolete.values():
        yield f"no longer in the code (update --prune drops it): {message.id!r}"


def as_po(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, width=100, sort_output=True, include_lineno=False)
    return stream.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def load(po: Path) -> Catalog:
    """Read a catalogue.

    Raises:
        PoFileError: it is malformed; a wrong file must not be written over.
    """
    with po.open("rb") as stream:
        return read_po(stream, locale="fr", abort_invalid=True)


def update(po: Path, *, prune: bool) -> list[str]:
    """Bring a catalogue and its compiled form up to date; what is still missing."""
    catalog = merged(extracted(), load(po), prune=prune)
    _replace(po, as_po(catalog))
    _replace(po.with_suffix(".mo"), as_mo(catalog))
    return list(problems(catalog))


def check(po: Path) -> list[str]:
    """All that is wrong with a catalogue and its compiled form."""
    catalog = merged(extracted(), load(po))
    found = list(problems(catalog))
    if as_po(catalog) != po.read_bytes():
        found.append(f"{po.name} is not what the code asks for: run update")
    mo = po.with_suffix(".mo")
    if not mo.exists() or as_mo(catalog) != mo.read_bytes():
        found.append(f"{mo.name} is not compiled from {po.name}: run update")
    return found


def main(arguments: list[str], po: Path = PO) -> int:
    parser = argparse.ArgumentParser(prog="python -m monitor.locale.catalogue")
    parser.add_argument("action", choices=["update", "check"])
    parser.add_argument("--prune", action="store_true", help="drop texts no longer in the code")
    options = parser.parse_args(arguments)
    try:
        found = update(po, prune=options.prune) if options.action == "update" else check(po)
    except (InputError, PoFileError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for problem in found:
        sys.stderr.write(f"{po.name}: {problem}\n")
    return 1 if found and options.action == "check" else 0


def _empty() -> DatelessCatalog:
    return DatelessCatalog(locale="fr", header_comment="# Vigie in French.", fuzzy=False)


def _texts(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _strings(message: Message) -> list[str]:
    """Its translations, the plural last."""
    string = message.string
    return [text or "" for text in ([string] if isinstance(string, str | None) else string)]


def _identity(message: Message) -> tuple[str, str]:
    """Context and text, the plural's text included: once one changes, it is another message."""
    text = message.id if isinstance(message.id, str) else "\0".join(message.id)
    return (message.context or "", text)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def _same_placeholders(message: Message) -> bool:
    """The plural's must agree; a singular may also use those of the plural."""
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    *singulars, plural = _strings(message)
    known = set().union(*(_placeholders(text) for text in ids))
    return _placeholders(plural) == _placeholders(ids[-1]) and all(
        _placeholders(singular) <= known for singular in singulars
    )


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all: somebody may be reading it."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
