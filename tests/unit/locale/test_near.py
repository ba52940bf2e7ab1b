from datetime import UTC, datetime

import pytest

from monitor.locale import language
from tests.support.cases import QUEBEC, utc

NOW = utc("2026-11-27 18:00")


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        ("2026-11-27 20:30", "20 h 30", "8:30 p.m."),
        ("2026-11-28 08:00", "samedi 8 h", "Saturday 8 a.m."),
        ("2026-11-30 08:00", "lundi 8 h", "Monday 8 a.m."),
        ("2026-12-03 08:00", "jeudi 8 h", "Thursday 8 a.m."),
        # In a week the same weekday would be taken for today's.
        ("2026-12-04 08:00", "4 déc. à 8 h", "Dec 4 at 8 a.m."),
        ("2026-11-26 08:00", "26 nov. à 8 h", "Nov 26 at 8 a.m."),
    ],
)
def test_an_instant_near_by_is_told_by_its_day(at: str, french: str, english: str) -> None:
    told = [
        language(code).near_instant(utc(at), QUEBEC, NOW).replace("\N{NO-BREAK SPACE}", " ")
        for code in ("fr", "en")
    ]
    assert told == [french, english]


def test_a_month_by_its_name() -> None:
    day = datetime(2026, 8, 1, tzinfo=UTC).date()
    assert (language("fr").month(day), language("en").month(day)) == (
        "août\u00a02026",
        "August\u00a02026",
    )
