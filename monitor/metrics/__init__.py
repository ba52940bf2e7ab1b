"""Everything on `/metrics`: a catalogue of names and questions, and the collector that answers."""

from monitor.metrics.collector import VigieCollector, make_registry
from monitor.metrics.counts import EventCounts
from monitor.metrics.stored import StateReader

__all__ = [
    "EventCounts",
    "StateReader",
    "VigieCollector",
    "make_registry",
]
