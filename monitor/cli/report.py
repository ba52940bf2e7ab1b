"""`vigie report`: compliance reports of a period."""

from collections.abc import Callable
from typing import Any

import click

from monitor.cli.acting import BY_HELP, by_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.cli.shared_options import json_option
from monitor.locale import N_

_FORMS = ("pdf", "xlsx", "csv", "json", "html")


class _Languages(Command):
    """A command whose `--lang` takes both: French first, then English, in one document."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [each for each in self.params if each.name != "lang"]
        self.params.append(
            Option(
                ["--lang"],
                type=click.Choice(("fr", "en", "both")),
                help=N_("The report's language (default: that of vigie.yaml, French)."),
            )
        )


def form_list(
    _ctx: click.Context, _parameter: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """`pdf,csv`, or the option several times; each form once, in the order given."""
    from monitor.cli.words import gettext  # noqa: PLC0415 - not for help

    forms = [form.strip().lower() for each in value for form in each.split(",")]
    for form in forms:
        if form not in _FORMS:
            raise click.BadParameter(
                gettext("'{form}' is none of {forms}").format(form=form, forms=", ".join(_FORMS))
            )
    return tuple(dict.fromkeys(forms))


_OPTIONS = (
    click.option("--provider", cls=Option, metavar=N_("ID"), help=N_("Only of this provider.")),
    click.option(
        "--organization",
        cls=Option,
        type=TEXT,
        metavar=N_("ID"),
        help=N_("Only of this public body, as sources name it."),
    ),
    click.option(
        "--each",
        cls=Option,
        type=click.Choice(("provider", "organization")),
        multiple=True,
        help=N_("A report for each of them; given twice, for each of both."),
    ),
    click.option(
        "--format",
        "forms",
        cls=Option,
        multiple=True,
        default=("pdf",),
        callback=form_list,
        metavar="pdf,xlsx,csv,json,html",
        help=N_("The forms wanted, separated by commas (default: pdf)."),
    ),
    click.option(
        "--out",
        cls=Option,
        type=TEXT,
        default=".",
        metavar=N_("FOLDER"),
        help=N_("Where to write the files (default: here); made where it is missing."),
    ),
    click.option(
        "--proof",
        cls=Option,
        is_flag=True,
        help=N_("Add the ledger of every commitment that was not kept."),
    ),
    click.option(
        "--known-at",
        cls=Option,
        metavar="ISO8601",
        help=N_("As Vigie held it at an instant (default: now); the same instant, the same bytes."),
    ),
    click.option(
        "--paper",
        cls=Option,
        type=click.Choice(("letter", "a4")),
        default="letter",
        show_default=True,
        help=N_("The size of a PDF's pages."),
    ),
    click.option(
        "--bom",
        cls=Option,
        is_flag=True,
        help=N_("Begin a CSV with a byte order mark, by which Excel knows UTF-8."),
    ),
    click.option(
        "--issue",
        cls=Option,
        is_flag=True,
        help=N_(
            "Issue it: numbered and frozen. What is learned later is told in the next one, and a"
            " period that was issued is not issued again."
        ),
    ),
    click.option("--by", cls=Option, type=TEXT, metavar=N_("NAME"), help=BY_HELP),
    click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("List the files as JSON.")),
)


def _making(function: Callable[..., None]) -> Callable[..., None]:
    for decorate in reversed(_OPTIONS):
        function = decorate(function)
    return function


@click.group(
    "report",
    cls=Group,
    help=N_(
        "Make compliance reports: what came due in a period, what was kept of it, and what was not."
        " A commitment is counted in the period its deadline falls in, and only once. Definitions"
        " are in docs/compliance.md."
    ),
    examples=(
        Example(N_("October, as PDF"), "vigie report month 2026-10"),
        Example(
            N_("one provider's quarter, with the proof"),
            "vigie report quarter 2026-T3 --provider telus --proof --format pdf,csv",
        ),
        Example(
            N_("one for each public body"),
            "vigie report month 2026-10 --each organization --out rapports",
        ),
    ),
)
def command() -> None:
    pass


def _of_kind(name: str, metavar: str, short_help: str, examples: tuple[Example, ...]) -> None:
    @command.command(
        name,
        cls=_Languages,
        short_help=short_help,
        help=short_help,
        examples=examples,
    )
    @click.argument(
        "period", cls=Argument, metavar=metavar, help=N_("The period, as the examples write it.")
    )
    @_making
    @click.pass_context
    def made(ctx: click.Context, /, *, period: str, lang: str | None, **options: Any) -> None:
        from monitor.cli.report_making import make_reports, read_period  # noqa: PLC0415 - as above

        make_reports(ctx, read_period(name, period), lang=lang, **options)


_of_kind(
    "month",
    N_("MONTH"),
    N_("Report on a month."),
    (
        Example(N_("all of October, in every form"),
                "vigie report month 2026-10 --format pdf,xlsx,csv,json,html --out rapports"),
        Example(N_("in both languages"), "vigie report month 2026-10 --lang both"),
        Example(N_("issued, for all time"), "vigie report month 2026-10 --issue"),
        Example(N_("as it was held when the month was closed"),
                "vigie report month 2026-10 --known-at 2026-11-03T09:00-05:00"),
    ),
)  # fmt: skip
_of_kind(
    "quarter",
    N_("QUARTER"),
    N_("Report on a quarter."),
    (Example(N_("the third one"), "vigie report quarter 2026-T3"),),
)
_of_kind(
    "year", N_("YEAR"), N_("Report on a year."), (Example(N_("2026"), "vigie report year 2026"),)
)


@command.command(
    "period",
    cls=_Languages,
    short_help=N_("Report on any days."),
    help=N_("Report on any days, from the first to the last, both included."),
    examples=(Example(N_("two weeks"), "vigie report period 2026-10-05 2026-10-18"),),
)
@click.argument("first", cls=Argument, metavar=N_("DATE"), help=N_("The first day."))
@click.argument("last", cls=Argument, metavar=N_("DATE"), help=N_("The last day."))
@_making
@click.pass_context
def period_(
    ctx: click.Context, /, *, first: str, last: str, lang: str | None, **options: Any
) -> None:
    from monitor.cli.report_making import make_reports, read_days  # noqa: PLC0415 - not for help

    make_reports(ctx, read_days(first, last), lang=lang, **options)


@command.command(
    "discrepancies",
    cls=_Languages,
    short_help=N_("Hold the provider's own levels against ours, case by case."),
    help=N_(
        "Hold what the provider states of its own service levels against ours: a line for each case"
        " of which outcome, deadline or stop differ, with both timelines, the clause and the"
        " difference in business time. Levels are those that a mapping reads under 'claims', as"
        " read last; they decide nothing."
    ),
    examples=(
        Example(N_("October's"), "vigie report discrepancies 2026-10"),
        Example(
            N_("a quarter's of one provider, for a program"),
            "vigie report discrepancies 2026-T3 --provider telus --format json",
        ),
    ),
)
@click.argument(
    "period",
    cls=Argument,
    metavar=N_("PERIOD"),
    help=N_("A month, a quarter or a year: 2026-10, 2026-T3 or 2026."),
)
@click.option("--provider", cls=Option, metavar=N_("ID"), help=N_("Only of this provider."))
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("Only of this public body, as sources name it."),
)
@click.option(
    "--format",
    "form",
    cls=Option,
    type=click.Choice(("csv", "json")),
    default="csv",
    show_default=True,
    help=N_("The form of the file."),
)
@click.option(
    "--out",
    cls=Option,
    type=TEXT,
    default=".",
    metavar=N_("FOLDER"),
    help=N_("Where to write the files (default: here); made where it is missing."),
)
@click.option(
    "--bom",
    cls=Option,
    is_flag=True,
    help=N_("Begin a CSV with a byte order mark, by which Excel knows UTF-8."),
)
@json_option
@click.pass_context
def discrepancies(ctx: click.Context, /, *, period: str, **options: Any) -> None:
    from monitor.cli.report_discrepancies import write_discrepancies  # noqa: PLC0415 - not for help

    write_discrepancies(ctx, period, **options)


@command.command(
    "list",
    cls=Command,
    short_help=N_("List the reports that were issued, the latest first."),
    help=N_("List the reports that were issued, the latest first."),
    examples=(Example(N_("for a script"), "vigie report list --json"),),
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    metavar=N_("NUMBER"),
    help=N_("No more than so many."),
)
@json_option
@click.pass_context
def list_(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    from monitor.cli.report_issued import list_issued  # noqa: PLC0415 - not for help

    list_issued(ctx, limit=limit, as_json=as_json)


@command.command(
    "verify",
    cls=Command,
    short_help=N_("Tell whether an issued report still holds."),
    help=N_(
        "Tell whether an issued report is what it was, and still follows: its file's hash, the"
        " chain of all issued reports and the audit log, its figures from the record of what was"
        " held, and that record from what was stated of each case. The exit status is 1 where it"
        " does not hold."
    ),
    examples=(
        Example(N_("a file that was handed over"), "vigie report verify conformite-2026-10.pdf"),
        Example(N_("by its number"), "vigie report verify 3"),
    ),
)
@click.argument(
    "report",
    cls=Argument,
    type=TEXT,
    metavar=N_("FILE|NUMBER"),
    help=N_("Any file that an issued report was handed over as, or its number."),
)
@json_option
@click.pass_context
def verify(ctx: click.Context, *, report: str, as_json: bool) -> None:
    from monitor.cli.report_issued import verify_issued  # noqa: PLC0415 - not for help

    ctx.exit(verify_issued(ctx, report, as_json=as_json))


@command.command(
    "approve",
    cls=Command,
    short_help=N_("Issue a scheduled report that waits for approval."),
    help=N_(
        "Issue a scheduled report that waits for approval, as the draft showed it: 'reports' in"
        " vigie.yaml says which do, and in which folder. Without a name, those that wait are"
        " listed."
    ),
    examples=(
        Example(N_("those that wait"), "vigie report approve"),
        Example(N_("October's is right"), "vigie report approve mensuel 2026-10"),
    ),
)
@click.argument(
    "name",
    cls=Argument,
    type=TEXT,
    required=False,
    metavar=N_("[NAME]"),
    help=N_("The report's name under 'reports'."),
)
@click.argument(
    "period",
    cls=Argument,
    type=TEXT,
    required=False,
    metavar=N_("[PERIOD]"),
    help=N_("Its period, as 2026-10; may be left out where one alone waits."),
)
@by_option
@json_option
@click.pass_context
def approve(
    ctx: click.Context,
    *,
    name: str | None,
    period: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.report_drafts import approve_draft  # noqa: PLC0415 - not for help

    approve_draft(ctx, name, period, by=by, as_json=as_json)


@command.command(
    "schema",
    cls=Command,
    short_help=N_("Print the JSON Schema of a report."),
    help=N_("Print the JSON Schema of what --format json writes."),
    examples=(Example(N_("for a program"), "vigie report schema > report.schema.json"),),
)
def schema() -> None:
    from monitor.cli.output import show_json  # noqa: PLC0415 - not for help
    from monitor.reports.schema import report_schema  # noqa: PLC0415

    show_json(report_schema())
