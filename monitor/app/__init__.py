"""The composition root: the only place that constructs and wires things."""

from monitor.app.asking import account_of, control_key
from monitor.app.channels import channel_of
from monitor.app.making import collector_of
from monitor.app.parts import Parts, assemble, rules_of
from monitor.app.rereading import Rereader
from monitor.app.service import Service
from monitor.app.station import Station
from monitor.app.words import Words

__all__ = [
    "Parts",
    "Rereader",
    "Service",
    "Station",
    "Words",
    "account_of",
    "assemble",
    "channel_of",
    "collector_of",
    "control_key",
    "rules_of",
]
