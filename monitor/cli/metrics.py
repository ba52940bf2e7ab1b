"""`vigie metrics`: what is on `/metrics`, each with the question it answers."""

from typing import TYPE_CHECKING, Any

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Option
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.metrics.metric import Metric

_SCOPES = {
    "shared": N_("read from the database, the same on every replica"),
    "process": N_("of one process, since it started"),
}


@click.command(
    "metrics",
    cls=Command,
    help=N_(
        "List the metrics that the daemon shows on /metrics, each with the question it answers, its"
        " labels and the most series it may have. It reads no database."
    ),
    examples=(
        Example(N_("all of them"), "vigie metrics"),
        Example(N_("those of which a word is part"), "vigie metrics outbox"),
        Example(N_("for a script"), "vigie metrics --json"),
    ),
)
@click.argument(
    "word",
    cls=Argument,
    type=TEXT,
    metavar=N_("[WORD]"),
    required=False,
    default="",
    help=N_("Only those with this in their name."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
def command(*, word: str, as_json: bool) -> None:
    # Help is shown without what these load.
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.errors import InputError  # noqa: PLC0415
    from monitor.metrics.catalogue import METRICS  # noqa: PLC0415

    chosen = [metric for metric in METRICS if word in metric.name]
    if not chosen:
        raise InputError(
            N_("no metric has '{word}' in its name; 'vigie metrics' lists them all"), word=word
        )
    if as_json:
        show_json([_fields(metric) for metric in chosen])
        return
    click.echo("\n\n".join(_told(metric) for metric in chosen))


def _fields(metric: "Metric") -> dict[str, Any]:
    return {
        "name": metric.name,
        "kind": str(metric.kind),
        "question": metric.question,
        "help": metric.help,
        "scope": str(metric.scope),
        "labels": list(metric.labels),
        "ceiling": metric.ceiling,
        "buckets": list(metric.buckets),
    }


def _told(metric: "Metric") -> str:
    from monitor.cli.words import gettext  # noqa: PLC0415 - as above

    labels = "{" + ", ".join(metric.labels) + "}" if metric.labels else ""
    terms = gettext("{kind}, {scope}; at most {ceiling} series").format(
        kind=metric.kind, scope=gettext(_SCOPES[metric.scope]), ceiling=metric.ceiling
    )
    return f"{metric.name}{labels}\n  {gettext(metric.question)}\n  ({terms})"
