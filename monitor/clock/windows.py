"""Opening windows of a day, and the dates that have hours of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Self, TypeAlias

DayWindows: TypeAlias = tuple[tuple[int, int], ...]
"""Open seconds of one local date, `[start, end)` from 0 to 86,400, in order, none touching."""

LocalDate: TypeAlias = date

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Window:
    """Open from local time `start` up to, and not including, `end`; whole seconds.

    An end of 00:00 is the end of the day (24:00). An end before the start crosses midnight:
    `22:00-06:00` is until 24:00 on its own weekday and from 00:00 on the next.

    Raises:
        ValueError: nothing between start and end, a fraction of a second, or a time with a zone.
    """

    start: time
    end: time

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            value: time = getattr(self, name)
            if value.tzinfo is not None or value.microsecond:
                raise ValueError(
                    f"window {name} {value.isoformat()}: give a local time in whole seconds,"
                    " without a zone (the calendar has it)"
                )
        if self.start == self.end != time(0):
            raise ValueError(
                f"window {self} is empty: end it after its start, or write 00:00-24:00"
                " for a whole day"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `08:00-17:00`, `22:00-06:00` or `00:00-24:00`; seconds may be added.

        Raises:
            ValueError: the text is no window.
        """
        remedy = f"{text!r} is not a window: write it as '08:00-17:00', local times of 24 hours"
        start, dash, end = text.replace(" ", "").replace("–", "-").partition("-")
        if not dash or "." in text or "+" in text:
            raise ValueError(remedy)
        try:
            begin = time.fromisoformat(start)
            finish = time(0) if end in ("24:00", "24:00:00", "24") else time.fromisoformat(end)
        except ValueError as error:
            raise ValueError(remedy) from error
        return cls(begin, finish)

    @property
    def start_second(self) -> int:
        return self.start.hour * 3600 + self.start.minute * 60 + self.start.second

    @property
    def end_second(self) -> int:
        """Seconds after the midnight that begins its weekday; above 86,400 when it crosses."""
        end = self.end.hour * 3600 + self.end.minute * 60 + self.end.second
        return end if end > self.start_second else end + DAY_SECONDS

    def __str__(self) -> str:
        end = "24:00" if self.end == time(0) else self.end.isoformat(_precision(self.end))
        return f"{self.start.isoformat(_precision(self.start))}-{end}"


def _precision(value: time) -> str:
    return "seconds" if value.second else "minutes"


@dataclass(frozen=True, slots=True)
class Holiday:
    """A local date with hours of its own: none (wholly closed) or the `windows` given.

    `date` is the day observed; `nominal` the day it stands for, when that is another.

    Raises:
        ValueError: no name, or a window that leaves the date.
    """

    date: LocalDate
    name_fr: str
    name_en: str
    windows: tuple[Window, ...] = ()
    nominal: LocalDate | None = None

    def __post_init__(self) -> None:
        if not (self.name_fr.strip() and self.name_en.strip()):
            raise ValueError(f"holiday {self.date}: give it a name in French and in English")
        for window in self.windows:
            if window.end_second > DAY_SECONDS:
                raise ValueError(
                    f"holiday {self.date}, window {window}: it crosses midnight; a holiday"
                    " governs its own date, so end it at 24:00"
                )
        merged(f"holiday {self.date}", [(w.start_second, w.end_second) for w in self.windows])

    def name(self, language: str) -> str:
        """The name in French for `fr` and its variants, in English otherwise."""
        return self.name_fr if language.startswith("fr") else self.name_en


def merged(where: str, windows: Iterable[tuple[int, int]]) -> DayWindows:
    """In order, touching ones joined.

    Raises:
        ValueError: two overlap.
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if joined and start < joined[-1][1]:
            raise ValueError(
                f"{where}: windows overlap at {start // 3600:02}:{start % 3600 // 60:02};"
                " end the first before the second starts"
            )
        if joined and start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)
