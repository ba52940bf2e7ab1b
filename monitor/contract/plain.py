"""Parts of a contract as plain values that JSON has, and calendars back from them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from monitor.clock import BusinessCalendar, Holiday, Window
from monitor.contract.amount import Amount


def plain_part(value: Any) -> Any:
    """A model, or a value in one, as a contract's file would have it: a model reads it back.

    Sets are sorted, so that equal parts give equal text whichever process writes them.
    """
    plain: Any = value
    match value:
        case Amount() | str():
            # An enumeration's member is text too, but not plain.
            plain = str(value)
        case BaseModel():
            fields = type(value).model_fields
            plain = {name: plain_part(getattr(value, name)) for name in fields}
        case Mapping():
            plain = {str(plain_part(key)): plain_part(each) for key, each in value.items()}
        case frozenset():
            plain = sorted(plain_part(each) for each in value)
        case tuple() | list():
            plain = [plain_part(each) for each in value]
        case date():
            plain = value.isoformat()
    return plain


def plain_calendar(calendar: BusinessCalendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "label_fr": calendar.label_fr,
        "label_en": calendar.label_en,
        "zone": calendar.zone,
        "measure": calendar.measure,
        "valid_from": calendar.valid_from.isoformat(),
        "valid_until": calendar.valid_until.isoformat(),
        "week": {str(day): list(map(str, windows)) for day, windows in calendar.week.items()},
        "holidays": [
            {
                "date": holiday.date.isoformat(),
                "fr": holiday.name_fr,
                "en": holiday.name_en,
                "windows": list(map(str, holiday.windows)),
                "nominal": holiday.nominal and holiday.nominal.isoformat(),
            }
            for holiday in calendar.holidays
        ],
    }


def calendar_from(content: Mapping[str, Any]) -> BusinessCalendar:
    """The calendar of `plain_calendar`.

    Raises:
        KeyError, TypeError, ValueError: the content is none.
    """
    return BusinessCalendar(
        name=content["name"],
        label_fr=content["label_fr"],
        label_en=content["label_en"],
        zone=content["zone"],
        measure=content["measure"],
        valid_from=date.fromisoformat(content["valid_from"]),
        valid_until=date.fromisoformat(content["valid_until"]),
        week={int(day): _windows(windows) for day, windows in content["week"].items()},
        holidays=tuple(
            Holiday(
                date.fromisoformat(entry["date"]),
                entry["fr"],
                entry["en"],
                windows=_windows(entry["windows"]),
                nominal=entry["nominal"] and date.fromisoformat(entry["nominal"]),
            )
            for entry in content["holidays"]
        ),
    )


def _windows(texts: list[str]) -> tuple[Window, ...]:
    return tuple(map(Window.parse, texts))
