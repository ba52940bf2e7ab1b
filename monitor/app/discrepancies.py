"""The provider's claims on what came due in a period, held against what we hold."""

from collections.abc import Iterator

from monitor.app.reporting import Request, rules_at, within_of
from monitor.cases.moment import Moment
from monitor.clock import BusinessClock
from monitor.contract.book import ContractBook
from monitor.engine.ports import Docket
from monitor.reports.discrepancy import Discrepancy, compare
from monitor.reports.entry import Entry
from monitor.store.claims import Claims
from monitor.store.database import Database
from monitor.store.deadlines import Deadlines
from monitor.store.rulebook import Rulebook


class Discrepancies:
    """Reads of one database. Of each claim there is the last word, whatever was said before."""

    def __init__(self, database: Database, configured: ContractBook) -> None:
        self._deadlines = Deadlines(database)
        self._claims = Claims(database)
        self._rulebook = Rulebook(database)
        self._configured = configured

    def find(self, request: Request) -> Iterator[Discrepancy]:
        """Those of what came due, by deadline and case. Memory follows the cases with a claim."""
        book = rules_at(self._rulebook, self._configured, request.known_at).book
        within = within_of(request.period, request.known_at, request.scope, book)
        claimed: dict[tuple[str, str, str], Docket] = {}
        stated = self._claims.of(self._deadlines.case_ids(within))
        for docket in self._deadlines.dockets(within, only=stated):
            claimed[docket.key.provider, docket.key.kind.value, docket.key.ref] = docket
        clocks = _Clocks(book)
        moment = Moment(at=request.known_at, known_at=request.known_at)
        for entry in self._deadlines.entries(within) if claimed else ():
            held = claimed.get((entry.provider, entry.kind, entry.ref))
            timeline = None if held is None else moment.timeline(held.observations)
            if held is None or timeline is None:
                continue
            for each in stated[held.case_id]:
                found = compare(entry, each.claim, each.stated_at, timeline, clocks.of)
                if found is not None:
                    yield found


class _Clocks:
    """The business clock that each is counted on."""

    def __init__(self, book: ContractBook) -> None:
        self._book = book
        self._versions = {version.version: version for version in book.versions}

    def of(self, entry: Entry) -> BusinessClock | None:
        version = self._versions.get(entry.contract_version)
        return None if version is None else self._book.clock(version, entry.calendar)
