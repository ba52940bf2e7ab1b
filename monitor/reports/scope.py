"""Whose obligations a report is about."""

from dataclasses import dataclass

from monitor.reports.entry import Entry
from monitor.reports.figures import CellKey


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Scope:
    """None: of any."""

    provider: str | None = None
    organization: str | None = None

    def takes(self, entry: Entry | CellKey) -> bool:
        return self.provider in (None, entry.provider) and self.organization in (
            None,
            entry.organization,
        )


EVERYTHING = Scope()
