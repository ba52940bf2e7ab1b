"""What `vigie source add` does: a source as asked for, checked, and written into vigie.yaml."""

import os
import shutil
from pathlib import Path

import click

from monitor.cli.faults import system_words
from monitor.cli.output import show_json
from monitor.cli.source_block import Line, block_of, insert
from monitor.cli.source_lines import Asked, lines_of
from monitor.cli.words import gettext
from monitor.collectors.mapping import shipped_names
from monitor.configuration import contract_of, disagreements
from monitor.errors import InputError
from monitor.locale import N_
from monitor.located_yaml import DocumentError, LocatedDocument
from monitor.settings import parse_settings


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
    lines = lines_of(asked)
    if asked.mapping in shipped_names():
        comment = gettext("shipped with Vigie; docs/mappings.md tells how to differ")
        return block_of([*lines, Line(key="mapping", value=asked.mapping, comment=comment)], "")
    return block_of(lines, _mapping(Path(asked.mapping), asked))


def _mapping(path: Path, asked: Asked) -> str:
    """A file with `mapping`, and what goes with it, as it stands, comments included."""
    if not path.is_file():
        raise InputError(
            N_("--mapping: '{text}' is neither a file nor shipped; those shipped are: {names}"),
            text=str(path),
            names=", ".join(shipped_names()),
        )
    text = _read(path).removeprefix("\ufeff")
    content = LocatedDocument.parse(text, str(path)).content
    beside = "rules" if asked.kind == "imap" else "format"
    if "mapping" not in content or not content.keys() <= {"mapping", beside}:
        raise InputError(
            N_("{file}: write 'mapping', and '{beside}' if need be, and nothing else"),
            file=str(path),
            beside=beside,
        )
    if "rules" in content and asked.details.keys() & {"from", "subject", "body"}:
        raise InputError(
            N_("--from: {file} has rules of its own; write this one there too"), file=str(path)
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
