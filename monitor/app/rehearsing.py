"""Policies played through for the pages, on the station's database and by its configuration."""

from collections.abc import Callable, Sequence

from monitor.app.station import Station
from monitor.cases.observation import CaseKey
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.shown.at_work import RulesAtWork
from monitor.shown.simulation import (
    Invented,
    Simulation,
    invented_simulation,
    stored_simulations,
)


class StationRehearsal:
    def __init__(self, station: Station, at_work: Callable[[], RulesAtWork]) -> None:
        self._station = station
        self._at_work = at_work

    def stored(self, key: CaseKey) -> Sequence[Simulation]:
        record = self._station.readings.case(key)
        if record is None:
            raise InputError(N_("no case has the reference '{case}'"), case=str(key))
        now = self._station.clock.now()
        handling = self._station.readings.handling(key, now)
        rules = self._station.parts.rules
        return stored_simulations(record, handling, rules, self._at_work(), now=now)

    def invented(self, asked: Invented) -> Simulation:
        return invented_simulation(asked, self._station.parts.rules, self._station.clock.now())
