"""`vigie init`: a commented configuration to start from."""

import os
from importlib.resources import files
from pathlib import Path

import click

from monitor.cli.command import Argument, Command, Example, Option
from monitor.cli.faults import system_words
from monitor.cli.words import gettext, spoken
from monitor.errors import InputError
from monitor.locale import N_


@click.command(
    "init",
    cls=Command,
    help=N_(
        "Write a commented vigie.yaml to start from. It is complete and sends nothing to anybody:"
        " sources, channels and recipients are there as examples, to be put to use one by one."
    ),
    examples=(
        Example(N_("in this folder, then see that all is well"), "vigie init && vigie check"),
        Example(N_("elsewhere, with comments in French"), "vigie init --lang fr /etc/vigie.yaml"),
    ),
)
@click.argument(
    "file", cls=Argument, metavar=N_("[FILE]"), default="vigie.yaml", help=N_("Where to write it.")
)
@click.option("--force", cls=Option, is_flag=True, help=N_("Replace a file that is there."))
def command(*, file: str, force: bool) -> None:
    template = files("monitor.cli") / "templates" / f"vigie.{spoken().code}.yaml"
    path = Path(file)
    if path.is_dir():
        path /= "vigie.yaml"
    try:
        _write(path, template.read_text(encoding="utf-8"), replace=force)
    except FileExistsError:
        raise InputError(
            gettext("{path}: is there already; give another name, or --force to replace it").format(
                path=path
            )
        ) from None
    except OSError as error:
        raise InputError(
            gettext("{path}: cannot be written: {reason}").format(
                path=path, reason=system_words(error)
            )
        ) from None
    click.echo(
        gettext("{path} is written. Next: {command}").format(
            path=path, command=f"vigie check --config {path}"
        )
    )


def _write(path: Path, text: str, *, replace: bool) -> None:
    """All of it or nothing: a full disk leaves no half of a configuration behind."""
    if not replace:
        # Exclusive, so that two who start at once do not overwrite one another.
        path.open("x").close()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        if not replace:
            path.unlink(missing_ok=True)
        raise
