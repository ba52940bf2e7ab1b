"""Zone data: from the package alone, and read to the second beyond its last listed change."""

import importlib.resources
import zoneinfo
from bisect import bisect_right
from datetime import UTC, datetime, timedelta

import pytest
import tzdata  # type: ignore[import-untyped]  # It publishes no types.

from monitor.clock import tzdata_version, zone
from monitor.clock.zones import regimes
from tests.support.clock_oracle import pinned_zone

FIRST, LAST = 946_684_800, 4_133_980_800  # 2000 to 2100.
EVERY = 20 * 86_400  # Shorter than any summer time, or the month Morocco leaves it.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = importlib.resources.files("tzdata").joinpath("zones").read_text().split()


def test_the_version_is_the_packages():
    assert tzdata_version() == tzdata.IANA_VERSION
    assert tzdata_version()[:4].isdigit()


def test_a_zone_is_one_object():
    assert zone("America/Toronto") is zone("America/Toronto")
    assert zone("America/Toronto").key == "America/Toronto"


def test_the_systems_files_do_not_matter(tmp_path):
    wrong = tmp_path / "America" / "Toronto"
    wrong.parent.mkdir()
    wrong.write_bytes(
        importlib.resources.files("tzdata").joinpath("zoneinfo/Asia/Tokyo").read_bytes()
    )
    zone.cache_clear()
    zoneinfo.reset_tzpath([tmp_path])
    try:
        found = zone("America/Toronto")
    finally:
        zoneinfo.reset_tzpath()
    assert datetime(2026, 7, 1, tzinfo=found).utcoffset() == timedelta(hours=-4)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nowhere/Land",
        "america/nowhere",
        "../zones",
        "/etc/localtime",
        "America",
        "zone.tab",
        "__init__.py",
        "America/../UTC",
        "a\0b",
    ],
)
def test_what_is_no_zone_is_refused_by_name(name):
    with pytest.raises(
        ValueError, match=r"unknown time zone .* write an IANA name such as 'America/Toronto'"
    ):
        zone(name)
    with pytest.raises(ValueError, match="unknown time zone"):
        regimes(name, 2000, 2100)


def test_quebec_has_three_zones():
    summer = datetime(2026, 7, 1, 16, tzinfo=UTC)
    offsets = [
        summer.astimezone(zone(name)).utcoffset()
        for name in ("America/Toronto", "America/Blanc-Sablon", "America/Halifax")
    ]
    assert offsets == [timedelta(hours=-4), timedelta(hours=-4), timedelta(hours=-3)]


@pytest.mark.parametrize("area", sorted({name.partition("/")[0] for name in NAMES}))
def test_every_zone_reads_as_zoneinfo_reads_it(area):
    for name in [name for name in NAMES if name.partition("/")[0] == area]:
        known, found = pinned_zone(name), regimes(name, 2000, 2100)

        def offset(second: int, known=known) -> float:
            shift = (EPOCH + timedelta(seconds=second)).astimezone(known).utcoffset()
            return (shift or timedelta()).total_seconds()

        # At each change found, the offset is the new one; just before it, still the old.
        for i, start in enumerate(found.starts[1:], start=1):
            assert offset(start) == found.offsets[i], (name, start)
            assert offset(start - 1) == found.offsets[i - 1], (name, start)
        # And no change was missed.
        for second in range(FIRST, LAST, EVERY):
            i = bisect_right(found.starts, second) - 1
            assert offset(second) == found.offsets[i], (name, second)
