"""The counts of obligations by provider, commitment and verdict, moved as verdicts change."""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import Connection

from monitor.store.insertion import insert_into
from monitor.store.tables import tally

Counted: TypeAlias = tuple[str, str, str]
"""Provider, commitment, verdict."""


def move_counts(connection: Connection, changes: Mapping[Counted, int]) -> None:
    """Move counts by so much, up or down, so that nobody ever has to count obligations."""
    rows = [
        {"provider": provider, "commitment": commitment, "verdict": verdict, "obligations": change}
        # In one order everywhere: replicas that move the same counts wait for one another in turn.
        for (provider, commitment, verdict), change in sorted(changes.items())
        if change
    ]
    if rows:
        insertion = insert_into(connection, tally)
        connection.execute(
            insertion.on_conflict_do_update(
                index_elements=["provider", "commitment", "verdict"],
                set_={"obligations": tally.c.obligations + insertion.excluded.obligations},
            ),
            rows,
        )
