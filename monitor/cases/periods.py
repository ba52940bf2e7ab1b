"""Months and quarters that a recurring deliverable is owed for, and the day on which each ends."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.locale.marking import N_, Said

_WRITTEN = re.compile(
    r"(?P<year>20\d\d)-(?:(?P<month>0[1-9]|1[0-2])|[TQ](?P<quarter>[1-4]))", re.ASCII
)


class Rhythm(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"

    @property
    def a_year(self) -> int:
        """How many of its periods a year has."""
        return 12 if self is Rhythm.MONTH else 4


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month or a quarter of the civil year: `2026-10`, or `2026-T3` as quarters are called here.

    `index` counts the periods of a rhythm: the next one's is one more.
    """

    rhythm: Rhythm
    index: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `2026-10` or `2026-T3`; `Q3` is taken for `T3`.

        Raises:
            ValueError: it is neither.
        """
        written = _WRITTEN.fullmatch(text.strip().upper())
        if written is None:
            raise ValueError(
                Said(
                    N_("'{text}' is no period; write a month as 2026-10, a quarter as 2026-T3"),
                    text=text,
                )
            )
        rhythm = Rhythm.QUARTER if written["quarter"] else Rhythm.MONTH
        number = int(written["quarter"] or written["month"])
        return cls(rhythm, int(written["year"]) * rhythm.a_year + number - 1)

    @classmethod
    def of(cls, day: date, rhythm: Rhythm) -> "Period":
        """The period that a day lies in."""
        return cls(rhythm, (day.year * 12 + day.month - 1) * rhythm.a_year // 12)

    def __str__(self) -> str:
        year, number = divmod(self.index, self.rhythm.a_year)
        return (
            f"{year}-T{number + 1}" if self.rhythm is Rhythm.QUARTER else f"{year}-{number + 1:02}"
        )

    def next(self) -> "Period":
        return Period(self.rhythm, self.index + 1)

    def last_day(self, billing_day: int | None = None) -> date:
        """The billing date in its last month, else that month's last day.

        A billing day that the month is too short for is its last day.
        """
        months = 12 // self.rhythm.a_year
        year, month = divmod((self.index + 1) * months - 1, 12)
        length = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(billing_day or length, length))
