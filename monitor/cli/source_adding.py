"""What `vigie source add` does: a source as asked for, checked, and written into vigie.yaml."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.cli.faults import system_words
from monitor.cli.output import show_json
from monitor.cli.source_block import Line, block_of, insert, quoted
from monitor.cli.words import gettext
from monitor.collectors.mapping import shipped_names
from monitor.configuration import contract_of, disagreements
from monitor.errors import InputError
from monitor.locale import N_
from monitor.located_yaml import DocumentError, LocatedDocument
from monitor.settings import parse_settings

_SECRETS = {"bearer": "token", "api-key": "token", "basic": "password"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """As written on the command line, or answered."""

    name: str
    provider: str
    kind: str
    mapping: str
    """The name of a shipped one, or a file."""
    url: str | None = None
    jql: str | None = None
    folder: str | None = None
    export: str | None = None
    pattern: str | None = None
    auth: str | None = None
    username: str | None = None
    secret: str | None = None
    """`env:NAME` or `file:PATH`."""
    every: str | None = None
    stale_after: str | None = None


def add(path: Path, asked: Asked, *, dry_run: bool, as_json: bool) -> None:
    """Write the source into the file at `path`, or print it.

    Raises:
        InputError: the file cannot be read or written, or would not be sound with the source in
            it: nothing is written.
    """
    text = _read(path)
    block = _block(asked)
    LocatedDocument.parse(text, str(path))
    inserted = insert(text, block, str(path))
    _check(inserted.text, path)
    if not dry_run:
        _write(path, inserted.text)
    if as_json:
        show_json(
            {
                "file": str(path),
                "line": inserted.line,
                "name": asked.name,
                "block": block,
                "written": not dry_run,
            }
        )
    elif dry_run:
        click.echo(block, nl=False)
    else:
        click.echo(
            gettext("{path}, line {line}: source {name} is there. Next: {command}").format(
                path=path,
                line=inserted.line,
                name=asked.name,
                command=f"vigie source check {asked.name}",
            )
        )
        click.echo(gettext("A daemon at work takes it up on SIGHUP."))


def _block(asked: Asked) -> str:
    lines = [
        Line(key="name", value=quoted(asked.name)),
        Line(
            key="provider", value=quoted(asked.provider), comment=gettext("as the contract has it")
        ),
        Line(key="kind", value=quoted(asked.kind)),
        *_place(asked),
        *_credentials(asked),
    ]
    if asked.every is not None:
        comment = gettext("how often it is asked")
        lines.append(Line(key="every", value=quoted(asked.every), comment=comment))
    if asked.stale_after is not None:
        comment = gettext("silent after so long without a word")
        lines.append(Line(key="stale_after", value=quoted(asked.stale_after), comment=comment))
    if asked.mapping in shipped_names():
        comment = gettext("shipped with Vigie; docs/mappings.md tells how to differ")
        lines.append(Line(key="mapping", value=asked.mapping, comment=comment))
        return block_of(lines, "")
    return block_of(lines, _mapping(Path(asked.mapping)))


def _place(asked: Asked) -> Sequence[Line]:
    given = {
        "url": (asked.url, gettext("the base of its API")),
        "jql": (asked.jql, gettext("which issues are wanted")),
        "folder": (asked.folder, gettext("where its exports are left")),
        "pattern": (asked.pattern, gettext("their names")),
        "export": (asked.export, gettext("snapshot: every open case; changes: what changed")),
    }
    return [
        Line(key=key, value=quoted(value), comment=comment)
        for key, (value, comment) in given.items()
        if value is not None
    ]


def _credentials(asked: Asked) -> Sequence[Line]:
    if asked.secret is None:
        return ()
    comment = gettext("the secret itself stands elsewhere")
    kind, _, where = asked.secret.partition(":")
    if kind not in ("env", "file") or not where:
        raise InputError(
            N_("--secret: '{text}' leads nowhere; write env:NAME or file:PATH"), text=asked.secret
        )
    led = f"{{{kind}: {quoted(where)}}}"
    if asked.kind == "push":
        return (Line(key="token", value=led, comment=comment),)
    auth = asked.auth or "bearer"
    user = "" if asked.username is None else f", username: {quoted(asked.username)}"
    value = f"{{type: {auth}{user}, {_SECRETS[auth]}: {led}}}"
    return (Line(key="auth", value=value, comment=comment),)


def _mapping(path: Path) -> str:
    """A file with `mapping`, and `format` if need be, as it stands, comments included."""
    if not path.is_file():
        raise InputError(
            N_("--mapping: '{text}' is neither a file nor shipped; those shipped are: {names}"),
            text=str(path),
            names=", ".join(shipped_names()),
        )
    text = _read(path).removeprefix("\ufeff")
    content = LocatedDocument.parse(text, str(path)).content
    if "mapping" not in content or not content.keys() <= {"mapping", "format"}:
        raise InputError(
            N_("{file}: write 'mapping', and 'format' if need be, and nothing else"), file=str(path)
        )
    return text


def _check(text: str, path: Path) -> None:
    settings = parse_settings(text, str(path))
    document = LocatedDocument.parse(text, str(path))
    if wrong := list(disagreements(settings, document, contract_of(settings))):
        raise DocumentError(wrong)


def _read(path: Path) -> str:
    try:
        # As bytes: line ends stay what they are.
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(
            N_(
                "{path}: cannot read the configuration: {reason}; 'vigie init' writes one to start"
                " from"
            ),
            path=str(path),
            reason=system_words(error),
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(path)
        ) from None


def _write(path: Path, text: str) -> None:
    """All of it or nothing; behind a link, the file it leads to."""
    target = path.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(text.encode())
        shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(
            gettext("{path}: cannot be written: {reason}").format(
                path=path, reason=system_words(error)
            )
        ) from None
