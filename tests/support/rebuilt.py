"""All state worked out again: what differs from what is kept."""

from datetime import datetime

from monitor.engine.rebuild import Difference, rebuild
from monitor.engine.rules import Rules
from monitor.store.database import Database
from monitor.store.rebuilding import Rebuilding


def differences_of(
    database: Database, rules: Rules, now: datetime, *, mend: bool = False
) -> list[Difference]:
    """What `rebuild` tells; it changes nothing unless it is to mend."""
    found: list[Difference] = []
    rebuilt = rebuild(Rebuilding(database), rules, now=now, mend=mend, told=found.append)
    assert rebuilt.differences == len(found)
    return found
