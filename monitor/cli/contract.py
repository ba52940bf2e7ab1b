"""`vigie contract`: contract files checked, compared and described."""

import click

from monitor.cli.command import Argument, Command, Example, Group, Option
from monitor.cli.faults import INPUT_STATUS, show_fault
from monitor.cli.output import show_json
from monitor.cli.words import gettext, ngettext, spoken
from monitor.errors import InputError, InputErrors
from monitor.locale import N_

_FILE_HELP = N_("A contract file, or builtin:NAME for a shipped one.")


@click.group(
    "contract",
    cls=Group,
    help=N_(
        "Check, compare or describe contract files. Nothing is applied: vigie.yaml names the"
        " versions in force under 'contracts'."
    ),
    examples=(
        Example(N_("before putting a version to use"), "vigie contract check 2027.yaml"),
        Example(N_("what it would change"), "vigie contract diff builtin:cspq-mobilite 2027.yaml"),
    ),
)
def command() -> None:
    pass


@command.command(
    "check",
    cls=Command,
    short_help=N_("Tell every problem of contract files."),
    help=N_(
        "Check contract files: every problem at once, each with its line and what would be right."
        " Several files are also checked to be versions of one contract."
    ),
    examples=(Example(N_("two versions together"), "vigie contract check 2026.yaml 2027.yaml"),),
)
@click.argument(
    "files", cls=Argument, metavar=N_("FILE..."), nargs=-1, required=True, help=_FILE_HELP
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def check(ctx: click.Context, *, files: tuple[str, ...], as_json: bool) -> None:
    from monitor.contract.checks import check_contract  # noqa: PLC0415 - not for help
    from monitor.contract.loader import load_contract, read_contract  # noqa: PLC0415
    from monitor.located_yaml import DocumentError, Problem  # noqa: PLC0415

    problems: list[Problem] = []
    unread: list[InputError] = []
    for file in files:
        try:
            name, text = read_contract(file)
        except InputError as error:
            unread.append(error)
        else:
            problems += check_contract(text, name)
    if unread:
        raise InputErrors([*unread, DocumentError(problems)])
    if as_json:
        show_json(
            {
                "ok": not problems,
                "problems": [
                    {
                        "file": problem.name,
                        "line": problem.line,
                        "key": problem.key,
                        "message": problem.message,
                        "remedy": problem.remedy,
                    }
                    for problem in problems
                ],
            }
        )
    else:
        show_fault([problem.told(gettext) for problem in problems])
    if problems:
        ctx.exit(INPUT_STATUS)
    book = load_contract(files)
    for version in book.versions if not as_json else ():
        count = len(version.commitments)
        click.echo(
            ngettext(
                "{id} {version}, from {date}: sound, {count} commitment",
                "{id} {version}, from {date}: sound, {count} commitments",
                count,
            ).format(
                id=version.id, version=version.version, date=version.effective_from, count=count
            )
        )


@command.command(
    "diff",
    cls=Command,
    short_help=N_("Tell what changes between two versions."),
    help=N_(
        "Tell in words what changes from one version of a contract to another; what can move a"
        " deadline comes first."
    ),
    examples=(
        Example(
            N_("in French, for those who decide"),
            "vigie contract diff 2026.yaml 2027.yaml --lang fr",
        ),
    ),
)
@click.argument("old", cls=Argument, metavar=N_("OLD"), help=_FILE_HELP)
@click.argument("new", cls=Argument, metavar=N_("NEW"), help=_FILE_HELP)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
def diff(*, old: str, new: str, as_json: bool) -> None:
    from pydantic_core import to_jsonable_python  # noqa: PLC0415 - not for help

    from monitor.contract.checks import parse_version  # noqa: PLC0415
    from monitor.contract.diff import diff_versions  # noqa: PLC0415
    from monitor.contract.loader import read_contract  # noqa: PLC0415

    (old_name, old_text), (new_name, new_text) = read_contract(old), read_contract(new)
    before, after = parse_version(old_text, old_name), parse_version(new_text, new_name)
    if before.id != after.id:
        raise InputError(
            gettext(
                "{old} is of contract '{old_id}', {new} of '{new_id}': compare versions of one"
            ).format(old=old, old_id=before.id, new=new, new_id=after.id)
        )
    changes = sorted(diff_versions(before, after), key=lambda change: not change.moves_deadlines)
    if as_json:
        show_json(
            [
                {
                    "key": change.key,
                    "kind": change.kind.value,
                    "before": to_jsonable_python(change.before),
                    "after": to_jsonable_python(change.after),
                    "moves_deadlines": change.moves_deadlines,
                    "sentence": change.sentence(spoken()),
                }
                for change in changes
            ]
        )
        return
    if not changes:
        click.echo(gettext("Nothing changes."))
    titles = {True: gettext("Can move deadlines:"), False: gettext("Moves no deadline:")}
    for moves, title in titles.items():
        sentences = [c.sentence(spoken()) for c in changes if c.moves_deadlines is moves]
        if sentences:
            click.echo(title)
        for sentence in sentences:
            click.echo(f"  {sentence}")


@command.command(
    "schema",
    cls=Command,
    short_help=N_("Print the JSON Schema of contract files."),
    help=N_(
        "Print the JSON Schema of contract files, for editors that complete and check YAML by it."
    ),
    examples=(Example(N_("for an editor"), "vigie contract schema > contract.schema.json"),),
)
def schema() -> None:
    from monitor.contract.schema import contract_schema  # noqa: PLC0415 - not for help

    show_json(contract_schema())
