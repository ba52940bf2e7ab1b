"""A case found by what a person calls it."""

from monitor.cases.records import CaseRecord
from monitor.cli.words import gettext
from monitor.errors import InputError
from monitor.located_yaml.words import nearest
from monitor.store.readings import Readings

_SEARCHED = 5000
"""How many open obligations a mistyped reference is compared with."""


def find_case(readings: Readings, name: str) -> CaseRecord:
    """The one case that a reference means.

    Raises:
        InputError: none has it, or several do.
    """
    found = readings.cases_named(name)
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise InputError(
            gettext("'{name}' is the reference of several cases: write one of {listed}").format(
                name=name, listed=listed
            )
        )
    record = readings.case(found[0]) if found else None
    if record is not None:
        return record
    open_refs = {obligation.key.ref for obligation in readings.open_obligations(_SEARCHED)}
    near = nearest(name, sorted(open_refs))
    if near is None:
        raise InputError(gettext("no case has the reference '{name}'").format(name=name))
    raise InputError(
        gettext("no case has the reference '{name}': did you mean '{near}'?").format(
            name=name, near=near
        )
    )
