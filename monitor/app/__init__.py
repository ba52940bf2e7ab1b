"""The composition root: the only place that constructs and wires things."""

from monitor.app.channels import channel_of
from monitor.app.control import account_of, control_key
from monitor.app.making import collector_of
from monitor.app.parts import Parts, assemble, rules_of
from monitor.app.rereading import second_reading_of
from monitor.app.service import Service
from monitor.app.station import Station

__all__ = [
    "Parts",
    "Service",
    "Station",
    "account_of",
    "assemble",
    "channel_of",
    "collector_of",
    "control_key",
    "rules_of",
    "second_reading_of",
]
