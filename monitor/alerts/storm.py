"""The arranger of a channel to people: plans, and writes what stands for many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.alerts.grouping import Addressee, Due, GroupingTerms, Member, Plan, Told, arrange
from monitor.alerts.links import Links
from monitor.alerts.notification import Notification
from monitor.alerts.render.digest import Held, render_digest, render_held, render_speaks
from monitor.locale import Language, language


@dataclass(frozen=True, slots=True, kw_only=True)
class StormArranger:
    terms: GroupingTerms
    zone: tzinfo
    """In which a notice tells the time."""
    links: Links | None = None
    """By which readers of a digest acknowledge the cases it names."""

    def plan(
        self,
        due: Sequence[Due],
        *,
        told: Sequence[Told],
        digested_at: Mapping[tuple[str, str], datetime],
        now: datetime,
    ) -> Plan:
        return arrange(due, told=told, digested_at=digested_at, terms=self.terms, now=now)

    def digest(
        self, group: str, members: Sequence[Member], to: Addressee, now: datetime
    ) -> Notification:
        return render_digest(group, members, to, _language(to), now, links=self.links)

    def held(self, count: int, until: datetime, to: Addressee, now: datetime) -> Notification:
        held = Held(count=count, until=until, at_most=self.terms.per_hour or 0, zone=self.zone)
        return render_held(held, to, _language(to), now)

    def speaks(self, source: str, after: str, to: Addressee, now: datetime) -> Notification:
        return render_speaks(source, after, to, _language(to), now)


def _language(to: Addressee) -> Language:
    return language("en" if to.lang == "en" else "fr")
