"""A trial in words."""

import click

from monitor.cli.output import show_table
from monitor.cli.trial import Trial
from monitor.cli.words import gettext, ngettext
from monitor.locale import N_

_WRITTEN_IN = {
    "semicolon": N_("separated by semicolons"),
    "comma": N_("separated by commas"),
    "tab": N_("separated by tabs"),
    "bar": N_("separated by bars"),
}


def show_trial(trial: Trial) -> None:
    """Print what came of it."""
    click.echo(f"{trial.file}: {_written_in(trial)}")
    if trial.columns:
        _show_columns(trial)
    if trial.read:
        click.echo()
        _show_rows(trial)
    click.echo()
    rows = ngettext("{count} row", "{count} rows", trial.rows).format(count=trial.rows)
    if trial.terms is None:
        click.echo(
            gettext("{rows}. Give --source or --mapping to see what they would be read as.").format(
                rows=rows
            )
        )
    else:
        _show_counts(trial, rows)
    if trial.broken is not None:
        click.echo(gettext("The reading ended there: {reason}").format(reason=trial.broken))


def _written_in(trial: Trial) -> str:
    said = dict(trial.written_in)
    parts = [said.pop("format").upper()]
    for key, value in said.items():
        if key == "sheet":
            parts.append(gettext("sheet '{name}'").format(name=value))
        elif key == "separator":
            parts.append(
                gettext(_WRITTEN_IN[value])
                if value in _WRITTEN_IN
                else gettext("separated by {separator}").format(separator=value)
            )
        else:
            parts.append(value)
    return ", ".join(parts)


def _show_columns(trial: Trial) -> None:
    leads = trial.leads_to
    rows = [
        (f"  {name}", ", ".join(leads.get(name, ())) or gettext("(not kept)"))
        for name in trial.columns
    ]
    if trial.terms is None:
        click.echo("\n".join(row[0] for row in rows))
        return
    show_table(("  " + gettext("Column"), gettext("Leads to")), rows)


def _show_rows(trial: Trial) -> None:
    nowhere = gettext("mapped nowhere")
    show_table(
        (
            gettext("Row"),
            gettext("Case"),
            gettext("Received"),
            gettext("Category"),
            gettext("Status"),
            gettext("Since"),
            gettext("Organization"),
            gettext("Place"),
        ),
        [
            (
                str(number),
                facts.ref,
                trial.at(facts.received_at),
                facts.category,
                f"{facts.current.raw_status} ({status or nowhere})",
                "" if facts.current.changed_at is None else trial.at(facts.current.changed_at),
                facts.organization or "",
                facts.place or "",
            )
            for number, facts, status in trial.read
        ],
        right=(gettext("Row"),),
    )


def _show_counts(trial: Trial, rows: str) -> None:
    said = ngettext("{rows}, {count} rejected", "{rows}, {count} rejected", trial.rejections)
    click.echo(said.format(rows=rows, count=trial.rejections))
    for each in trial.rejected:
        click.echo(
            gettext("  row {row}: {ref}{reason}").format(
                row=each.row, ref=f"{each.ref}: " if each.ref else "", reason=each.reason
            )
        )
    if trial.outside:
        click.echo(
            ngettext(
                "{count} row is outside the contract",
                "{count} rows are outside the contract",
                trial.outside,
            ).format(count=trial.outside)
        )
    for word, count in trial.unknown.most_common():
        click.echo(
            ngettext(
                "status '{word}' is mapped nowhere ({count} row)",
                "status '{word}' is mapped nowhere ({count} rows)",
                count,
            ).format(word=word, count=count)
        )
