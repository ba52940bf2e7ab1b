"""What the board asks of whoever keeps the accounts."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from monitor.access import Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody is in; the secret goes into a cookie and nowhere else."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Wrong name or password, and nobody is told which."""

    wait: timedelta | None = None
    """The account is locked for so long."""


class Doors(Protocol):
    """Who is who. Everything is asked of the store each time: what is revoked is so at once."""

    @property
    def anonymous(self) -> Visitor | None:
        """Whom those are taken for who have not signed in; None: they have to."""

    @property
    def session(self) -> timedelta:
        """How long somebody stays signed in."""

    @property
    def is_public_over_tls(self) -> bool:
        """Whether readers come by https, whatever the last stretch of their way is."""

    def visitor(self, secret: str) -> Visitor | None:
        """Whose session it is; None: of nobody, or it has ended."""

    def holder(self, token: str) -> Visitor | None:
        """What a program's token opens; None: nothing."""

    def sign_in(self, name: str, password: str) -> SignedIn | Refused: ...

    def sign_out(self, secret: str) -> None: ...

    def invited(self, token: str) -> bool:
        """Whether a link still makes the first administrator."""

    def accept(self, token: str, name: str, password: str) -> SignedIn | None:
        """Make the first administrator, once, and sign them in; None: the link does not hold.

        Raises:
            InputError: the name or the password will not do.
        """
