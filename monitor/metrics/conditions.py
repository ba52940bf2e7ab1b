"""What the contract requires around the levels, as series: proofs missing, reports owed late."""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

from monitor.cases.obligation import Verdict
from monitor.cases.records import DueTallyRecord, StatedTallyRecord
from monitor.contract.model import CaseKind, Condition, Consequence, ContractVersion
from monitor.metrics.series import Labels
from monitor.metrics.tallied import CURRENT, PREVIOUS, Months

_LATE = frozenset({Verdict.MISSED, Verdict.BREACHED})


def condition_values(
    version: ContractVersion,
    counted: Mapping[str, Sequence[DueTallyRecord]],
    stated: Mapping[str, Sequence[StatedTallyRecord]],
) -> tuple[Mapping[Labels, float], Mapping[Labels, float]]:
    """By month, provider and condition: the commitments it is about, and those without proof.

    What was cancelled obtained nothing, and needs no proof. A provider that a condition may be
    about shows it, if only at 0: a series that ends looks like a fault.
    """
    applies: dict[Labels, float] = {}
    unproven: dict[Labels, float] = {}
    for condition in version.conditions:
        if condition.consequence is not Consequence.PROOF_REQUIRED:
            continue
        for month, rows in counted.items():
            for provider in version.providers:
                if not _may_be_about(condition, version, provider.id):
                    continue
                key = (month, provider.id, condition.id)
                due = sum(
                    row.obligations
                    for row in rows
                    if row.provider == provider.id
                    and row.verdict is not Verdict.CANCELLED
                    and _concerns(condition, version, row.commitment)
                )
                told = [
                    row
                    for row in stated[month]
                    if row.provider == provider.id and _concerns(condition, version, row.commitment)
                ]
                if condition.fact is not None:
                    told = [row for row in told if condition.fact in row.names]
                    due = sum(row.obligations for row in told)
                proven = sum(row.obligations for row in told if condition.proof in row.names)
                applies[key] = due
                # Two reads: one may have seen what the other had not yet.
                unproven[key] = max(due - proven, 0)
    return applies, unproven


def purchase_values(
    version: ContractVersion, days: Sequence[tuple[str, date]], months: Months, zone: tzinfo
) -> Mapping[Labels, float]:
    """By month and condition: purchases stated to be against a duty of the client's."""
    begins = {
        PREVIOUS: months.previous.astimezone(zone).date(),
        CURRENT: months.current.astimezone(zone).date(),
    }
    ends = {
        PREVIOUS: begins[CURRENT],
        CURRENT: months.following.astimezone(zone).date(),
    }
    return {
        (month, condition.id): sum(
            name == condition.breach and begins[month] <= day < ends[month] for name, day in days
        )
        for month in (CURRENT, PREVIOUS)
        for condition in version.conditions
        if condition.breach is not None
    }


def late_deliverable_values(
    version: ContractVersion, counted: Mapping[str, Sequence[DueTallyRecord]]
) -> Mapping[Labels, float]:
    """By month, provider and commitment: reports owed that came late, or have not come yet."""
    promised = [each for each in version.commitments if each.case_kind is CaseKind.DELIVERABLE]
    return {
        (month, provider.id, commitment.id): sum(
            row.obligations
            for row in rows
            if (row.provider, row.commitment) == (provider.id, commitment.id)
            and row.verdict in _LATE
        )
        for month, rows in counted.items()
        for provider in version.providers
        for commitment in promised
    }


def _may_be_about(condition: Condition, version: ContractVersion, provider: str) -> bool:
    rank = version.ranks.get(provider, 1)
    return condition.min_rank is None or rank >= condition.min_rank


def _concerns(condition: Condition, version: ContractVersion, commitment: str) -> bool:
    promise = version.by_id.get(commitment)
    return promise is not None and (
        not condition.categories or promise.category in condition.categories
    )
