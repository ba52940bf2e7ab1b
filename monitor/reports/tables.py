"""The tables of a report, in one language."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from monitor.contract.model import Consequence
from monitor.locale import Language
from monitor.reports import cells
from monitor.reports.conditions import LISTED, Found
from monitor.reports.entry import Entry, Outcome
from monitor.reports.figures import CellKey, Line
from monitor.reports.gathering import Late
from monitor.reports.layout import Cell, Column, Kind, Table
from monitor.reports.report import Report
from monitor.reports.words import CONSEQUENCES, OUTCOMES, named, outcome, region


class Tables:
    """Makes each table from the same figures."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language
        self._ = language.gettext

    def summary(self) -> Table:
        """By provider and commitment: what the first page shows."""
        columns = [
            Column(self._("Provider")),
            Column(self._("Commitment")),
            *self._counted(),
        ]
        targets = any(self._target(pair.commitment) for pair in self._report.pairs())
        if targets:
            columns.append(Column(self._("Target"), Kind.PERCENT))
        rows = [
            [
                cells.text(self._report.provider_name(pair.provider)),
                self._label(pair.commitment),
                *self._figures(line, self._target(pair.commitment)),
                *([self._target_cell(pair.commitment)] if targets else []),
            ]
            for pair, line in self._report.pairs().items()
        ]
        total = [
            cells.own(self._("Total")),
            Cell("", ""),
            *self._figures(self._report.total(), None),
            *([Cell("")] if targets else []),
        ]
        return Table(
            name=self._("Summary"),
            title=self._("By provider and commitment"),
            columns=columns,
            rows=rows,
            total=total if rows else None,
            note=self._(
                "Came due: every commitment whose deadline falls in the period. Compliance: kept"
                " among kept, missed, and late and open. The interval is Wilson's, at 95%: where"
                " the number is small, it is wide."
            ),
            empty=self._("No commitment came due."),
        )

    def worse(self) -> Table:
        rows = [
            [
                cells.text(self._report.provider_name(each.pair.provider)),
                self._label(each.pair.commitment),
                cells.percent(each.before.compliance, self._language),
                cells.percent(each.after.compliance, self._language),
                cells.count(each.after.late, self._language),
                cells.own(self._("Yes") if each.beyond_chance else self._("No")),
            ]
            for each in self._report.worse()
        ]
        return Table(
            name=self._("Worse"),
            title=self._("What got worse"),
            columns=[
                Column(self._("Provider")),
                Column(self._("Commitment")),
                Column(self._("Before"), Kind.PERCENT),
                Column(self._("Now"), Kind.PERCENT),
                Column(self._("Not kept"), Kind.COUNT),
                Column(self._("Beyond chance")),
            ],
            rows=rows,
            note=self._("Beyond chance: the intervals of both periods do not touch."),
            empty=self._("Nothing got worse since the period before."),
        )

    def apart(self) -> Table:
        """What is not in the denominator, each sort by itself."""
        sorts = (
            Outcome.CANNOT_TELL,
            Outcome.NOT_YET_DUE,
            Outcome.HELD,
            Outcome.OUTSIDE,
            Outcome.CANCELLED,
        )
        rows = [
            [
                cells.text(self._report.provider_name(pair.provider)),
                self._label(pair.commitment),
                *(cells.count(line[sort], self._language) for sort in sorts),
            ]
            for pair, line in self._report.pairs().items()
            if any(line[sort] for sort in sorts)
        ]
        whole = self._report.total()
        total = [
            cells.own(self._("Total")),
            Cell("", ""),
            *(cells.count(whole[sort], self._language) for sort in sorts),
        ]
        return Table(
            name=self._("Apart"),
            title=self._("Not in the denominator"),
            columns=[
                Column(self._("Provider")),
                Column(self._("Commitment")),
                *(Column(self._(OUTCOMES[sort]), Kind.COUNT) for sort in sorts),
            ],
            rows=rows,
            total=total if rows else None,
            note=self._("None of these is in the denominator of compliance."),
            empty=self._("Everything that came due could be judged."),
        )

    def by_provider(self) -> Table:
        return self._by(
            self._("Providers"),
            self._("By provider"),
            self._("Provider"),
            lambda key: key.provider,
            lambda value: cells.text(self._report.provider_name(value)),
        )

    def by_commitment(self) -> Table:
        return self._by(
            self._("Commitments"),
            self._("By commitment"),
            self._("Commitment"),
            lambda key: key.commitment,
            self._label,
        )

    def by_region(self) -> Table:
        return self._by(
            self._("Regions"),
            self._("By region"),
            self._("Region"),
            lambda key: key.region,
            lambda value: cells.text(region(value, self._language)),
        )

    def by_organization(self) -> Table:
        return self._by(
            self._("Organizations"),
            self._("By organisation"),
            self._("Organisation"),
            lambda key: key.organization,
            lambda value: cells.text(
                self._report.organization_name(value) or self._("None stated")
            ),
        )

    def time_used(self) -> Table:
        rows = []
        for pair, line in self._report.pairs().items():
            used, late = line.used, line.lateness
            if used is None:
                continue
            rows.append(
                [
                    cells.text(self._report.provider_name(pair.provider)),
                    self._label(pair.commitment),
                    *(
                        cells.used(share, self._language)
                        for share in (used.median, used.p90, used.p95, used.greatest)
                    ),
                    cells.seconds(None if late is None else late.median, line.unit, self._language),
                    cells.seconds(
                        None if late is None else late.greatest, line.unit, self._language
                    ),
                ]
            )
        return Table(
            name=self._("Time used"),
            title=self._("Time used and lateness"),
            columns=[
                Column(self._("Provider")),
                Column(self._("Commitment")),
                Column(self._("Median"), Kind.PERCENT),
                Column(self._("90th percentile"), Kind.PERCENT),
                Column(self._("95th percentile"), Kind.PERCENT),
                Column(self._("Greatest"), Kind.PERCENT),
                Column(self._("Median lateness"), Kind.SECONDS),
                Column(self._("Greatest lateness"), Kind.SECONDS),
            ],
            rows=rows,
            note=self._(
                "Shares of the business time allowed, each a value that occurred; lateness is"
                " business time too. Of those still open, what has been used so far."
            ),
            empty=self._("Nothing was judged."),
        )

    def worst(self) -> Table:
        return self._cases(
            self._("Worst cases"),
            self._("The worst cases"),
            [(late.entry, late) for late in self._report.gathered.worst],
            self._("Nothing was late."),
        )

    def reopened(self) -> Table:
        rows = [
            [
                cells.text(each.entry.ref),
                cells.text(self._report.provider_name(each.entry.provider)),
                self._label(each.entry.commitment),
                cells.count(each.episode, self._language),
                cells.own(outcome(each.entry.outcome, self._language)),
            ]
            for each in self._report.gathered.reopened
        ]
        return Table(
            name=self._("Reopened"),
            title=self._("Reopened cases"),
            columns=[
                Column(self._("Case")),
                Column(self._("Provider")),
                Column(self._("Commitment")),
                Column(self._("Times"), Kind.COUNT),
                Column(self._("Outcome")),
            ],
            rows=rows,
            empty=self._("No case was reopened."),
        )

    def conditions(self) -> Table:
        """What the text requires around the levels."""
        rows = []
        for condition in self._report.conditions():
            found = self._report.gathered.conditions.get(condition.id, Found())
            judged = condition.consequence is Consequence.PROOF_REQUIRED
            rows.append(
                [
                    cells.text(self._language.label(condition.label)),
                    cells.text(condition.source.clause),
                    cells.own(self._(CONSEQUENCES[condition.consequence])),
                    cells.count(found.applies, self._language) if judged else Cell(cells.NOTHING),
                    cells.count(found.unproven, self._language, "bad")
                    if judged
                    else Cell(cells.NOTHING),
                ]
            )
        return Table(
            name=self._("Conditions"),
            title=self._("What the text requires around the levels"),
            columns=[
                Column(self._("Condition")),
                Column(self._("Clause")),
                Column(self._("Consequence")),
                Column(self._("Commitments concerned"), Kind.COUNT),
                Column(self._("Without proof"), Kind.COUNT),
            ],
            rows=rows,
            empty=self._("The contract has none."),
        )

    def unproven(self) -> Table:
        """The cases whose proof is missing."""
        zone, language = self._report.zone, self._language
        rows = [
            [
                cells.text(language.label(condition.label)),
                cells.text(entry.ref),
                cells.text(self._report.provider_name(entry.provider)),
                cells.text(self._report.organization_name(entry.organization)),
                cells.instant(entry.received_at, zone, language),
                cells.instant(entry.due_at, zone, language),
            ]
            for condition in self._report.conditions()
            for entry in self._report.gathered.conditions.get(condition.id, Found()).cases
        ]
        return Table(
            name=self._("Without proof"),
            title=self._("Cases without the proof that the contract requires"),
            columns=[
                Column(self._("Condition")),
                Column(self._("Case")),
                Column(self._("Provider")),
                Column(self._("Organisation")),
                Column(self._("Received"), Kind.INSTANT),
                Column(self._("Deadline"), Kind.INSTANT),
            ],
            rows=rows,
            note=self._(
                "No more than {n} for each condition; all are counted above. Proofs are taken in by"
                " 'vigie derogation import' and 'vigie authorization import'."
            ).format(n=LISTED),
            empty=self._("No proof is missing."),
        )

    def purchases(self) -> Table:
        """What files state to have been bought against a duty of the client's."""
        labels = {each.breach: each.label for each in self._report.conditions()}
        rows = [
            [
                cells.text(
                    self._language.label(labels[each.name]) if each.name in labels else each.name
                ),
                cells.text(each.ref),
                cells.text(
                    None if each.provider is None else self._report.provider_name(each.provider)
                ),
                cells.own(self._language.plain_date(each.on)),
            ]
            for each in self._report.purchases
        ]
        return Table(
            name=self._("Purchases"),
            title=self._("Purchases stated to be against a duty of the client's"),
            columns=[
                Column(self._("Condition")),
                Column(self._("Reference")),
                Column(self._("Provider")),
                Column(self._("Date")),
            ],
            rows=rows,
            note=self._("No source shows them: they are as operators' files state them."),
            empty=self._("None is stated."),
        )

    def late_deliverables(self) -> Table:
        return self._cases(
            self._("Reports due"),
            self._("Reports that the provider owes: late or missing"),
            [(entry, None) for entry in self._report.gathered.late_deliverables],
            self._("No report due was late."),
        )

    def adjustments(self) -> Table:
        """What the reports issued before would count otherwise today."""
        rows = [
            [
                cells.count(each.report, self._language),
                cells.own(named(each.period, self._language)),
                cells.text(each.entry.ref),
                cells.text(self._report.provider_name(each.entry.provider)),
                self._label(each.entry.commitment),
                *(
                    cells.own(
                        self._("Not counted") if one is None else outcome(one, self._language)
                    )
                    for one in each.outcomes
                ),
            ]
            for each in self._report.adjustments
        ]
        return Table(
            name=self._("Adjustments"),
            title=self._("Counted otherwise since the last report"),
            columns=[
                Column(self._("Report"), Kind.COUNT),
                Column(self._("Period")),
                Column(self._("Case")),
                Column(self._("Provider")),
                Column(self._("Commitment")),
                Column(self._("Before")),
                Column(self._("Now")),
            ],
            rows=rows,
            note=self._(
                "The reports issued before stay as they are; this is what has been learned."
            ),
            empty=self._("Nothing reported before is counted otherwise today."),
        )

    def restated(self) -> Table:
        """The periods of these, before and now."""
        language = self._language
        return Table(
            name=self._("Restated"),
            title=self._("Earlier periods, as reported and as they are today"),
            columns=[
                Column(self._("Report"), Kind.COUNT),
                Column(self._("Period")),
                Column(self._("Kept before"), Kind.COUNT),
                Column(self._("Kept now"), Kind.COUNT),
                Column(self._("Judged before"), Kind.COUNT),
                Column(self._("Judged now"), Kind.COUNT),
                Column(self._("Compliance before"), Kind.PERCENT),
                Column(self._("Compliance now"), Kind.PERCENT),
            ],
            rows=[
                [
                    cells.count(each.report, language),
                    cells.own(named(each.period, language)),
                    cells.count(each.before.met, language),
                    cells.count(each.after.met, language),
                    cells.count(each.before.judged, language),
                    cells.count(each.after.judged, language),
                    cells.percent(each.before.compliance, language),
                    cells.percent(each.after.compliance, language),
                ]
                for each in self._report.restated
            ],
            empty=self._("No earlier period has changed."),
        )

    def ledger(self) -> Table:
        """The proof: every obligation that was not kept."""
        return self._cases(
            self._("Ledger"),
            self._("Every commitment that was not kept"),
            [(entry, None) for entry in self._report.ledger or ()],
            self._("Nothing was late."),
        )

    def _by(
        self,
        name: str,
        title: str,
        label: str,
        of: Callable[[CellKey], Any],
        cell: Callable[[Any], Cell],
    ) -> Table:
        lines: Mapping[Any, Line] = self._report.gathered.cells.by(of)
        named = sorted(
            ((cell(value), line) for value, line in lines.items()),
            key=lambda item: str(item[0].shown).casefold(),
        )
        return Table(
            name=name,
            title=title,
            columns=[Column(label), *self._counted()],
            rows=[[first, *self._figures(line, None)] for first, line in named],
            total=[cells.own(self._("Total")), *self._figures(self._report.total(), None)]
            if named
            else None,
            empty=self._("No commitment came due."),
        )

    def _counted(self) -> list[Column]:
        return [
            Column(self._("Came due"), Kind.COUNT),
            Column(self._("Kept"), Kind.COUNT),
            Column(self._("Missed, closed"), Kind.COUNT),
            Column(self._("Late, still open"), Kind.COUNT),
            Column(self._("Cannot tell"), Kind.COUNT),
            *([Column(self._("Still to come"), Kind.COUNT)] if self._report.is_provisional else ()),
            Column(self._("Excluded"), Kind.COUNT),
            Column(self._("Compliance"), Kind.PERCENT),
            Column(self._("95% interval"), Kind.RANGE),
        ]

    def _figures(self, line: Line, target: float | None) -> list[Cell]:
        number = self._language
        return [
            cells.count(line.due, number),
            cells.count(line.met, number),
            cells.count(line[Outcome.MISSED], number, "bad"),
            cells.count(line[Outcome.OPEN_LATE], number, "bad"),
            cells.count(line[Outcome.CANNOT_TELL], number),
            *(
                [cells.count(line[Outcome.NOT_YET_DUE], number)]
                if self._report.is_provisional
                else ()
            ),
            cells.count(line.excluded, number),
            cells.compliance(line, target, number),
            cells.interval(line, number),
        ]

    def _cases(
        self, name: str, title: str, found: Sequence[tuple[Entry, Late | None]], empty: str
    ) -> Table:
        zone, language = self._report.zone, self._language
        rows = []
        for entry, late in found:
            seconds = self._report.lateness(entry) if late is None else late.seconds
            rows.append(
                [
                    cells.text(entry.ref),
                    cells.text(self._report.provider_name(entry.provider)),
                    self._label(entry.commitment),
                    cells.text(self._report.organization_name(entry.organization)),
                    cells.instant(entry.received_at, zone, language),
                    cells.instant(entry.due_at, zone, language),
                    cells.instant(entry.stopped_at, zone, language)
                    if entry.stopped_at
                    else cells.own(self._("still open")),
                    cells.seconds(seconds, entry.unit, language),
                    cells.own(language.reason(entry.reason)),
                ]
            )
        return Table(
            name=name,
            title=title,
            columns=[
                Column(self._("Case")),
                Column(self._("Provider")),
                Column(self._("Commitment")),
                Column(self._("Organisation")),
                Column(self._("Received"), Kind.INSTANT),
                Column(self._("Deadline"), Kind.INSTANT),
                Column(self._("Done"), Kind.INSTANT),
                Column(self._("Late by"), Kind.SECONDS),
                Column(self._("Reason")),
            ],
            rows=rows,
            note=self._("Times are those of {zone}; lateness is business time.").format(zone=zone),
            empty=empty,
        )

    def _label(self, commitment: str) -> Cell:
        label = self._report.label(commitment)
        return cells.text(commitment if label is None else self._language.label(label))

    def _target(self, commitment: str) -> float | None:
        found = self._report.commitment(commitment)
        return None if found is None else found.target_percent

    def _target_cell(self, commitment: str) -> Cell:
        target = self._target(commitment)
        return cells.percent(None if target is None else target / 100, self._language)
