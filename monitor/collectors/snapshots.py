"""What a whole export says of the open cases that it does not list."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Known
from monitor.collectors.rejections import Rejections


@dataclass(frozen=True, slots=True)
class Conclusion:
    missing: Sequence[CaseKey] = ()
    vouches: bool = True
    """Whether the source is known as of the export."""
    warning: str | None = None


def conclude(
    name: str, known: Iterable[Known], listed: Collection[str], rejections: Rejections
) -> Conclusion:
    """The open cases that are missing, and whether the export can be believed.

    Args:
        name: the export's, for people.
        known: the source's open cases.
        listed: the references that it has a row for, readable or not.
        rejections: its rows that could not be read.
    """
    if not listed:
        are_open = sum(1 for _ in known)
        if not are_open:
            return Conclusion()
        warning = f"{name} lists no case although {are_open} are open: nothing is concluded"
        return Conclusion(vouches=False, warning=warning)
    missing = [each.key for each in known if each.key.ref not in listed]
    if missing and rejections.nameless:
        warning = (
            f"{name} has rows without a reference: whether {len(missing)} open cases that it does"
            " not list are gone cannot be told"
        )
        return Conclusion(warning=warning)
    return Conclusion(missing)
