"""Couriers over a world's outbox, as the daemon makes them, on the world's clock."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitor.alerts.fallback import Fallback
from monitor.alerts.grouping import GroupingTerms
from monitor.alerts.notification import Channel
from monitor.alerts.outbox import Courier, DeliveryTerms, Handling
from monitor.alerts.outbox_store import OutboxStore
from monitor.alerts.storm import StormArranger
from monitor.clock import zone
from tests.support.world import World


def courier(
    world: World,
    channels: Mapping[str, Channel],
    *,
    handlings: Mapping[str, Handling] | None = None,
    store: OutboxStore | None = None,
    owner: str = "test",
    **terms: Any,
) -> Courier:
    return Courier(
        store=store or world.outbox,
        channels=channels,
        terms=DeliveryTerms(**terms),
        now=lambda: world.now,
        random=lambda: 1.0,
        owner=owner,
        handlings=handlings or {},
    )


def to_people(fallback: Fallback | None = None, **terms: Any) -> Handling:
    """Grouped, and under a ceiling."""
    arranger = StormArranger(terms=GroupingTerms(**terms), zone=zone("America/Toronto"))
    return Handling(arranger=arranger, fallback=fallback)


INTERVAL = timedelta(minutes=5)
