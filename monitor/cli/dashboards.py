"""`vigie dashboards`: the Grafana dashboards and Prometheus rules that come with the program."""

from pathlib import Path

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.locale import N_

_BOARD = "http://127.0.0.1:9464"
_RUNBOOKS = "docs/runbooks"
"""What stands in the files, in place of what only the operator knows."""


@click.group(
    "dashboards",
    cls=Group,
    help=N_(
        "Four dashboards for Grafana, in French, and rules for Prometheus, with an alert for all"
        " that somebody should see to."
    ),
    examples=(Example(N_("write them to a folder"), "vigie dashboards export /etc/vigie/grafana"),),
)
def command() -> None:
    pass


@command.command(
    "export",
    cls=Command,
    short_help=N_("Write them to a folder."),
    help=N_(
        "Write the dashboards to DIR/json and the rules to DIR/rules, in place of those that are"
        " there. Provision Grafana from the one, and name the other under rule_files in Prometheus."
    ),
    examples=(
        Example(
            N_("with links to where Vigie and the runbooks are"),
            "vigie dashboards export grafana --board https://vigie.example.org"
            " --runbooks https://wiki.example.org/vigie",
        ),
    ),
)
@click.argument("folder", cls=Argument, metavar="DIR", help=N_("Where to write them."))
@click.option(
    "--board",
    cls=Option,
    type=TEXT,
    metavar="URL",
    default=_BOARD,
    help=N_("Where readers of the dashboards reach Vigie's pages."),
)
@click.option(
    "--runbooks",
    cls=Option,
    type=TEXT,
    metavar="URL",
    default=_RUNBOOKS,
    help=N_("Where they find the runbooks, which are in docs/runbooks."),
)
def export(*, folder: str, board: str, runbooks: str) -> None:
    from monitor.cli.faults import system_words  # noqa: PLC0415 - help is shown without these
    from monitor.cli.words import gettext  # noqa: PLC0415
    from monitor.errors import InputError  # noqa: PLC0415

    target = Path(folder)
    told = {_BOARD: board.rstrip("/"), _RUNBOOKS: runbooks.rstrip("/")}
    for source in _shipped():
        path = target / source.parent.name / source.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_with(source.read_text(encoding="utf-8"), told), encoding="utf-8")
        except OSError as error:
            raise InputError(
                N_("{path}: cannot be written: {reason}"),
                path=str(path),
                reason=system_words(error),
            ) from None
        click.echo(gettext("{path} is written.").format(path=path))


def _with(text: str, told: dict[str, str]) -> str:
    for placeholder, value in told.items():
        text = text.replace(placeholder, value)
    return text


def _shipped() -> list[Path]:
    """The files: within the package as it is installed, beside it in a clone."""
    package = Path(__file__).parents[1]
    for home in (package / "dashboards", package.parent / "dashboards"):
        found = [*sorted(home.glob("json/*.json")), *sorted(home.glob("rules/vigie.yml"))]
        if found:
            return found
    raise RuntimeError("no dashboards came with this program: the installation is incomplete")
