"""Passwords by argon2id. What is kept of one says how it was made: parameters may change."""

from functools import cache
from typing import TYPE_CHECKING, Final

from monitor.errors import InputError
from monitor.locale.marking import N_

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST: Final = 12
LONGEST: Final = 200
"""Hashing takes longer the longer it is: nobody types more."""


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # noqa: PLC0415 - only who signs in needs it
    from argon2.profiles import RFC_9106_LOW_MEMORY  # noqa: PLC0415 - as above

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody")


def kept_of(password: str) -> str:
    """What is kept of a password.

    Raises:
        InputError: it is too short or too long.
    """
    if len(password) < SHORTEST:
        raise InputError(
            N_("the password is too short: write at least {n} characters"), n=str(SHORTEST)
        )
    if len(password) > LONGEST:
        raise InputError(
            N_("the password is too long: write at most {n} characters"), n=str(LONGEST)
        )
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the one; with None for an account that is not there, as slowly: never."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as above

    try:
        _hasher().verify(_nobodys() if kept is None else kept, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
