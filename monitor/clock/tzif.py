"""A zone file (RFC 9636) as runs of constant offset.

`zoneinfo` answers for one instant; a calendar compiled once needs to know every clock change at
once, also those after the file's last, which follow the rule in its footer.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_HEADER = struct.Struct(">4sc15x6l")
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Regimes:
    """From instant `starts[i]` (epoch seconds, UTC) local time is UTC plus `offsets[i]` seconds.

    The first run starts before the years asked for, whenever its offset did.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]


def parse_regimes(content: bytes, first_year: int, last_year: int) -> Regimes:
    """Read the zone file's 64-bit block and its footer; unchanged offsets make no new run."""
    starts, offsets, footer = _explicit(content)
    low, high = _new_year(first_year), _new_year(last_year + 1)
    if footer:
        # A file may leave to the footer even years before its last listed change; after it, all.
        beyond = starts[-1] if len(starts) > 1 else low
        # The year before, too: the change in force as the first one begins is one of its.
        first = max(first_year - 1, date.fromordinal(_EPOCH + beyond // _DAY).year)
        for instant, offset in _by_rule(footer, first, last_year):
            if instant > starts[-1]:
                starts.append(instant)
                offsets.append(offset)
    runs: list[tuple[int, int]] = []
    for instant, offset in zip(starts, offsets, strict=True):
        if instant >= high:
            break
        if runs and runs[-1][1] == offset:
            continue
        if instant <= low:
            runs.clear()
        runs.append((instant, offset))
    return Regimes(tuple(run[0] for run in runs), tuple(run[1] for run in runs))


def _explicit(content: bytes) -> tuple[list[int], list[int], str]:
    """Changes listed in the file, preceded by the offset in force before the first."""
    _, _, isut, isstd, leap, times, types, chars = _HEADER.unpack_from(content)
    # The first block is the 32-bit one of old readers: step over it.
    second = _HEADER.size + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    _, _, isut, isstd, leap, times, types, chars = _HEADER.unpack_from(content, second)
    at = second + _HEADER.size
    instants = struct.unpack_from(f">{times}q", content, at)
    kinds = content[at + times * 8 : at + times * 9]
    at += times * 9
    utcoffs = [struct.unpack_from(">l", content, at + kind * 6)[0] for kind in range(types)]
    at += types * 6 + chars + leap * 12 + isstd + isut
    footer = content[at:].strip(b"\n").decode("ascii")
    return [-(2**62), *instants], [utcoffs[0], *(utcoffs[kind] for kind in kinds)], footer


_NAME = r"(?:[A-Za-z]{3,}|<[^>]+>)"
_TIME = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_FOOTER = re.compile(
    rf"^{_NAME}(?P<std>{_TIME})(?:{_NAME}(?P<dst>{_TIME})?,(?P<begin>[^,]+),(?P<end>[^,]+))?$"
)


def _by_rule(footer: str, first_year: int, last_year: int) -> Iterator[tuple[int, int]]:
    """Changes by a POSIX rule such as `EST5EDT,M3.2.0,M11.1.0`, in order, year after year."""
    rule = _FOOTER.match(footer)
    if rule is None:
        raise ValueError(f"zone data has a footer that is no POSIX rule: {footer!r}")
    standard = -_seconds(rule["std"])  # POSIX counts west of Greenwich as positive.
    if rule["begin"] is None:
        return
    summer = -_seconds(rule["dst"]) if rule["dst"] else standard + 3600
    for year in range(first_year, last_year + 1):
        changes = (
            (_local(rule["begin"], year) - standard, summer),
            (_local(rule["end"], year) - summer, standard),
        )
        yield from sorted(changes)


def _local(when: str, year: int) -> int:
    """Local epoch seconds of a rule's day and time in this year."""
    day, _, clock = when.partition("/")
    seconds = _seconds(clock) if clock else 7200
    if day.startswith("M"):
        month, week, weekday = (int(part) for part in day[1:].split("."))
        first = date(year, month, 1)
        ordinal = first.toordinal() + (weekday - first.isoweekday()) % 7 + (week - 1) * 7
        following = date(year + month // 12, month % 12 + 1, 1).toordinal()
        while ordinal >= following:  # Week 5 means the last one.
            ordinal -= 7
    elif day.startswith("J"):  # 1..365, 29 February never counted.
        ordinal = date(2001, 1, 1).toordinal() + int(day[1:]) - 1
        ordinal = date.fromordinal(ordinal).replace(year=year).toordinal()
    else:  # 0..365, 29 February counted.
        ordinal = date(year, 1, 1).toordinal() + int(day)
    return (ordinal - _EPOCH) * _DAY + seconds


def _seconds(clock: str) -> int:
    sign = -1 if clock.startswith("-") else 1
    hours, minutes, seconds = [*(int(part) for part in clock.lstrip("+-").split(":")), 0, 0][:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)


def _new_year(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH) * _DAY
