"""A local time as people write it, led to the one instant it means, or refused with both."""

from datetime import UTC, datetime, tzinfo


class LocalTimeError(ValueError):
    """A local time that names no instant, or two. `readings` are both, in the zone, in order."""

    def __init__(self, message: str, local: datetime, readings: tuple[datetime, datetime]) -> None:
        super().__init__(message)
        self.local = local
        self.readings = readings


class AmbiguousTimeError(LocalTimeError):
    """The local time occurs twice, as clocks go back over it."""


class NonexistentTimeError(LocalTimeError):
    """The local time does not occur, as clocks go forward over it.

    The readings are what it would be by the offset after the change, and by the one before.
    """


def resolve_local(local: datetime, zone: tzinfo) -> datetime:
    """The aware datetime of a local time without zone.

    Raises:
        AmbiguousTimeError: it occurs twice.
        NonexistentTimeError: it is skipped.
        ValueError: it already has a zone.
    """
    if local.tzinfo is not None:
        raise ValueError(f"{local.isoformat()} already has a zone: give a local time without one")
    first, second = (
        local.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1)
    )
    if first.timestamp() == second.timestamp():
        return first
    # By timestamp: datetimes of one zone compare by their local readings alone.
    earlier, later = sorted((first, second), key=datetime.timestamp)
    readings = (earlier, later)
    shown = f"{readings[0].isoformat()} or {readings[1].isoformat()}"
    if first.replace(tzinfo=None) != local.replace(fold=0):
        raise NonexistentTimeError(
            f"{local.isoformat()} does not exist in {zone} (clocks go forward over it):"
            f" write {shown}",
            local,
            readings,
        )
    raise AmbiguousTimeError(
        f"{local.isoformat()} occurs twice in {zone} (clocks go back over it): write {shown}",
        local,
        readings,
    )
