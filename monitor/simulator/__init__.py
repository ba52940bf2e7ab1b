"""A provider that is not there, speaking the real protocols: for the demo and for tests."""

from monitor.simulator.book import Body, SimulatedProvider
from monitor.simulator.server import ProviderServer

__all__ = ["Body", "ProviderServer", "SimulatedProvider"]
