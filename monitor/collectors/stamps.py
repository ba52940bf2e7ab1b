"""When an export was made: by its name, a column of it, or when its file was last written."""

import re
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from monitor.clock.local_time import LocalTimeError, resolve_local
from monitor.collectors.folder import Entry
from monitor.collectors.table import UnreadableFile
from monitor.locale.marking import N_, Said

MODIFIED = "modified"
_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}


def stamp_pattern(text: str) -> str:
    """`modified`, or a name's pattern such as `billets-%Y%m%d-%H%M*.csv`, checked.

    Raises:
        ValueError: it does not lead to an instant.
    """
    if text == MODIFIED:
        return text
    used = re.findall(r"%(.?)", text)
    if wrong := [letter for letter in used if letter not in _DIGITS]:
        raise ValueError(
            Said(
                N_(
                    "'%{letter}' cannot be used; write with %Y %m %d %H %M %S and *, such as"
                    " 'billets-%Y%m%d-%H%M.csv', or modified"
                ),
                letter=wrong[0],
            )
        )
    if len(set(used)) != len(used) or not {"Y", "m", "d", "H", "M"} <= set(used):
        raise ValueError(
            Said(
                N_(
                    "a name that gives no day, hour and minute does not say what an export knows"
                    " of; write %Y %m %d %H %M once each, such as 'billets-%Y%m%d-%H%M.csv', or"
                    " modified"
                )
            )
        )
    return text


class StampColumn(BaseModel):
    """A column that says in every row when the export was made; the first row's counts."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    column: Annotated[str, Field(min_length=1)]


class Stamp:
    """Reads instants as `stamp_pattern` says; where a column does, its rows are to be asked."""

    def __init__(self, as_of: str | StampColumn, zone: ZoneInfo) -> None:
        pattern = as_of if isinstance(as_of, str) else MODIFIED
        self.column = None if isinstance(as_of, str) else as_of.column
        self.by_name = pattern != MODIFIED
        self._zone = zone
        parts = re.split(r"(%[YmdHMS]|\*)", pattern)
        self._name = re.compile("".join(_part(part) for part in parts))
        self._pattern = pattern

    def of(self, entry: Entry) -> datetime:
        """When the export was made; of one whose column tells, when its file was last written.

        Raises:
            UnreadableFile: its name does not tell.
        """
        if not self.by_name:
            return entry.modified
        found = self._name.fullmatch(entry.name)
        if found is None:
            raise UnreadableFile(
                N_("its name does not tell when it was made; as_of is {pattern}"),
                pattern=self._pattern,
            )
        numbers = {letter: int(digits) for letter, digits in found.groupdict().items()}
        try:
            local = datetime(  # noqa: DTZ001 - placed in the zone on the next line
                numbers["Y"],
                numbers["m"],
                numbers["d"],
                numbers["H"],
                numbers["M"],
                numbers.get("S", 0),
            )
            return resolve_local(local, self._zone).astimezone(UTC)
        except LocalTimeError as error:
            # One of two instants an hour apart: what is known for sure is as of the earlier.
            return error.readings[0].astimezone(UTC)
        except ValueError:
            raise UnreadableFile(
                N_("its name does not tell when it was made; as_of is {pattern}"),
                pattern=self._pattern,
            ) from None


def _part(part: str) -> str:
    if part == "*":
        return ".*"
    if part.startswith("%") and part[1:] in _DIGITS:
        return rf"(?P<{part[1]}>\d{{{_DIGITS[part[1]]}}})"
    return re.escape(part)
