"""A picture of an obligation laid out on a page: instants become places, marks get their labels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import CalendarSpan
from monitor.shown.picture import CourseKind, Mark, MarkKind, Picture, Stretch
from monitor.web.board.telling import Telling

WIDTH = 960
"""As the template has it, as heights are its own."""
_LEAST_TICK = 62
"""Between the names of two days."""
_CHARACTER = 7
_LABEL_GAP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x: float
    width: float
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A mark at its place."""

    x: float
    kind: str
    text: str
    label: str
    """What it says beside it; empty: its shape and the legend say enough."""
    anchor: str = "middle"
    row: int = 0
    """0 above the band, 1 below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    bands: Sequence[Box]
    course: Sequence[Box]
    ticks: Sequence[Tick]
    pins: Sequence[Pin]
    is_coarse: bool


def drawn(picture: Picture, say: Telling) -> Drawing:
    return Drawing(
        bands=[
            Box(
                x=_x(picture, span.start),
                width=max(_x(picture, span.end) - _x(picture, span.start), 0.5),
                kind=span.reason.value,
                name=_band_name(span, say),
            )
            for span in picture.bands
        ],
        course=[*(_box(picture, stretch) for stretch in picture.course), *_late(picture)],
        ticks=list(_ticks(picture, say)),
        pins=list(_pins(picture, say)),
        is_coarse=picture.is_coarse,
    )


def _x(picture: Picture, at: datetime) -> float:
    share = (at - picture.start) / (picture.end - picture.start)
    return round(min(max(share, 0), 1) * WIDTH, 1)


def _box(picture: Picture, stretch: Stretch) -> Box:
    x = _x(picture, stretch.start)
    return Box(x=x, width=max(_x(picture, stretch.end) - x, 1.5), kind=stretch.kind.value)


def _late(picture: Picture) -> Iterator[Box]:
    """What ran after the deadline, to be drawn over the rest."""
    due_at = next((mark.at for mark in picture.marks if mark.kind is MarkKind.DUE), None)
    for stretch in picture.course:
        if due_at is not None and stretch.kind is CourseKind.RUNNING and stretch.end > due_at:
            x = _x(picture, max(stretch.start, due_at))
            yield Box(x=x, width=max(_x(picture, stretch.end) - x, 1.5), kind="late")


def _band_name(span: CalendarSpan, say: Telling) -> str:
    """The name of a holiday, or nothing."""
    return "" if span.holiday is None else span.holiday.name(say.language.code)


def _ticks(picture: Picture, say: Telling) -> Iterator[Tick]:
    """Local midnights, as many as have room for the day's name."""
    first = picture.start.astimezone(say.zone)
    days = max((picture.end - picture.start) / timedelta(days=1), 0.1)
    step = max(1, round(_LEAST_TICK * days / WIDTH + 0.499))
    day = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while day < picture.end:
        yield Tick(x=_x(picture, day), label=say.language.short_date(day))
        day += timedelta(days=step)


def _pins(picture: Picture, say: Telling) -> Iterator[Pin]:
    taken: dict[int, list[tuple[float, float]]] = {0: [], 1: []}
    for mark in sorted(picture.marks, key=lambda mark: _ORDER.index(mark.kind)):
        x = _x(picture, mark.at)
        label, row = _label(mark, say), _ROWS[mark.kind]
        anchor, room = _anchored(x, label)
        if label and any(start < room[1] and room[0] < end for start, end in taken[row]):
            label = ""
        if label:
            taken[row].append(room)
        yield Pin(x=x, kind=mark.kind.value, text=mark.text, label=label, anchor=anchor, row=row)


_ORDER = (
    MarkKind.DUE,
    MarkKind.NOW,
    MarkKind.STOPPED,
    MarkKind.RECEIVED,
    MarkKind.THRESHOLD,
    MarkKind.STATED,
    MarkKind.STEP,
)
_ROWS = {
    MarkKind.DUE: 0,
    MarkKind.NOW: 1,
    MarkKind.STOPPED: 1,
    MarkKind.RECEIVED: 1,
    MarkKind.THRESHOLD: 0,
    MarkKind.STATED: 1,
    MarkKind.STEP: 0,
}


def _label(mark: Mark, say: Telling) -> str:
    gettext = say.language.gettext
    match mark.kind:
        case MarkKind.DUE:
            due = say.table_deadline(mark.at)
            return gettext("Due {at}").format(at=due)
        case MarkKind.NOW:
            return gettext("now")
        case MarkKind.STOPPED:
            return gettext("stopped {at}").format(at=say.short(mark.at))
        case MarkKind.RECEIVED:
            return gettext("received {at}").format(at=say.short(mark.at))
        case MarkKind.THRESHOLD:
            return say.language.percent(int(mark.text) / 100, 0)
        case _:
            return ""


def _anchored(x: float, label: str) -> tuple[str, tuple[float, float]]:
    """How a label stands to its mark to stay within the picture, and the room it takes."""
    width = len(label) * _CHARACTER
    if x < width / 2 + _LABEL_GAP:
        return "start", (x, x + width + _LABEL_GAP)
    if x > WIDTH - width / 2 - _LABEL_GAP:
        return "end", (x - width - _LABEL_GAP, x)
    return "middle", (x - width / 2 - _LABEL_GAP, x + width / 2 + _LABEL_GAP)
