"""Hypothesis strategies: calendars of every shape, and instants where clocks go wrong."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from monitor.clock import BusinessCalendar, Holiday, Window
from tests.support.clock_oracle import clock_changes

# Both hemispheres, half hours and three quarters, changes of half an hour, at midnight and at
# 00:01, none at all, and a date line crossed.
ZONES = (
    "America/Toronto",
    "America/Halifax",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "UTC",
)
WEEK_MINUTES = 7 * 1440
_ORDINARY = ("08:00-17:00",)
_WEEKS: tuple[dict[int, tuple[str, ...]], ...] = (
    dict.fromkeys(range(5), _ORDINARY),
    dict.fromkeys(range(5), ("08:30-12:00", "13:00-16:30")),
    dict.fromkeys(range(7), ("22:00-06:00",)),
    dict.fromkeys(range(7), ("00:00-24:00",)),
    {**dict.fromkeys(range(5), _ORDINARY), 5: ("09:00-12:00",)},
    {6: ("00:00-04:00", "20:00-24:00"), 5: ("01:30-02:30", "23:00-23:59")},
    dict.fromkeys(range(7), ("00:00-01:30", "01:45-02:15", "02:30-24:00")),
    {2: ("12:00-12:01",)},
    dict.fromkeys(range(7), tuple(f"{hour:02}:00-{hour:02}:01" for hour in range(24))),
    {6: ("18:00-08:00",), 0: ("08:00-17:00", "23:00-00:30")},
)


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def _any_week(draw: st.DrawFn) -> dict[int, tuple[Window, ...]]:
    """Cut the week at random minutes; every other piece is open, some over midnight."""
    cuts = draw(st.lists(st.integers(0, WEEK_MINUTES), min_size=2, max_size=24, unique=True))
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    week: dict[int, list[Window]] = {}
    for start, end in zip(cuts[::2], cuts[1::2], strict=True):
        at = start
        while at < end:  # No window is longer than a day.
            until = min(end, (at // 1440 + 1) * 1440 + (at % 1440) // 2)
            week.setdefault(at // 1440, []).append(Window(_clock(at), _clock(until)))
            at = until
    return {day: tuple(windows) for day, windows in week.items()}


@st.composite
def _weeks(draw: st.DrawFn) -> dict[int, tuple[Window, ...]]:
    if draw(st.booleans()):
        return draw(_any_week())
    week = draw(st.sampled_from(_WEEKS))
    return {day: tuple(Window.parse(text) for text in texts) for day, texts in week.items()}


@st.composite
def _holidays(draw: st.DrawFn, first: date, until: date) -> tuple[Holiday, ...]:
    days = draw(st.sets(st.dates(first, until - timedelta(days=1)), max_size=40))
    windows = st.sampled_from(
        ((), (), (Window.parse("09:00-12:00"),), (Window.parse("00:00-24:00"),))
    )
    return tuple(
        Holiday(day, f"Congé {day}", f"Day off {day}", windows=draw(windows)) for day in days
    )


@st.composite
def calendars(draw: st.DrawFn, measure: str | None = None) -> BusinessCalendar:
    """A calendar valid for two or three years somewhere in 2000–2100."""
    year = draw(st.integers(2000, 2098))
    first = date(year, draw(st.integers(1, 12)), draw(st.integers(1, 28)))
    until = first + timedelta(days=draw(st.integers(500, 900)))
    kind = measure or draw(st.sampled_from(("hours", "days")))
    assert kind in ("hours", "days")
    return BusinessCalendar(
        name="generated",
        label_fr="Inventé",
        label_en="Generated",
        zone=draw(st.sampled_from(ZONES)),
        week=draw(_weeks()),
        holidays=draw(_holidays(first, until)),
        valid_from=first,
        valid_until=until,
        measure="days" if kind == "days" else "hours",
    )


@st.composite
def instants(draw: st.DrawFn, calendar: BusinessCalendar) -> datetime:
    """An instant that leaves 60 days on both sides, often near a clock change or a boundary."""
    low = datetime.combine(calendar.valid_from + timedelta(days=60), time(), UTC)
    high = datetime.combine(calendar.valid_until - timedelta(days=60), time(), UTC)
    at = draw(st.datetimes(low.replace(tzinfo=None), high.replace(tzinfo=None))).replace(tzinfo=UTC)
    kind = draw(st.sampled_from(("any", "minute", "change", "change")))
    if kind == "minute":
        at = at.replace(second=0, microsecond=0)
    near = [t for t in clock_changes(calendar.zone, at.year) if low < t < high]
    if kind == "change" and near:
        at = draw(st.sampled_from(near))
        at += timedelta(minutes=draw(st.integers(-2000, 2000)))
        at += timedelta(microseconds=draw(st.sampled_from((0, 0, 1, 59_999_999))))
    return at
