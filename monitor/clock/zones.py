"""Zone data from the pinned tzdata package, never from the system: one answer on every machine."""

from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # It publishes no types.

from monitor.clock.tzif import Regimes, parse_regimes

_DATABASE = Path(tzdata.__file__).parent / "zoneinfo"


def tzdata_version() -> str:
    """The IANA release the answers rest on, such as `2026f`; reports and `--version` name it."""
    return str(tzdata.IANA_VERSION)


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name. The same object each time, so comparing zones is cheap.

    Raises:
        ValueError: the pinned package has no such zone.
    """
    with _file(name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def regimes(name: str, first_year: int, last_year: int) -> Regimes:
    """The zone's offsets as dated runs covering these years, both included.

    Raises:
        ValueError: the pinned package has no such zone.
    """
    return parse_regimes(_file(name).read_bytes(), first_year, last_year)


def _file(name: str) -> Path:
    path = _DATABASE.joinpath(*name.split("/"))
    # A name is a key, not a path: nothing outside the database may be opened through it.
    if name and ".." not in name and not name.startswith("/") and path.is_file():
        with path.open("rb") as file:
            if file.read(4) == b"TZif":
                return path
    raise ValueError(
        f"unknown time zone {name!r}: write an IANA name such as 'America/Toronto'"
        f" (tzdata {tzdata_version()})"
    )
