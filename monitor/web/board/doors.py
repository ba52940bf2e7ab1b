"""What the board asks of whoever keeps the accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from monitor.access import Visitor
from monitor.openid.claims import Why
from monitor.web.board.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody is in; the secret goes into a cookie and nowhere else."""

    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Wrong name or password, and nobody is told which."""

    wait: timedelta | None = None
    """The account is locked for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """Somebody is in by a provider of identities."""

    secret: str
    next: str
    """The page they wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLetIn:
    """Somebody who came back from the provider is not let in."""

    why: Why
    name: str | None = None
    """As the provider says; None: it does not, or is not to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a one-time link is for."""

    account: str | None
    """Whose password it chooses; None: it makes the first administrator."""


class SignOn(Protocol):
    """A provider of identities."""

    @property
    def label(self) -> str | None:
        """What it is called; None: there is none."""

    def leave(self, visit: str, next_: str) -> str | Why:
        """The address to send somebody to, known again by the secret `visit`; or why not."""

    def come_back(self, visit: str, answer: Mapping[str, str]) -> CameIn | NotLetIn:
        """Let somebody in by what they bring from there, once."""


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

    @property
    def public_url(self) -> str | None:
        """Where readers reach the board; None: where they ask for it."""

    @property
    def sign_on(self) -> SignOn: ...

    @property
    def keys(self) -> Keys: ...

    def invited(self, token: str) -> Invited | None:
        """What a one-time link is for; None: it does not hold."""

    def accept(self, token: str, name: str, password: str) -> SignedIn | None:
        """Do what a link is for, once, and sign them in; None: the link does not hold.

        The name is that of the first administrator; an account that is there has its own.

        Raises:
            InputError: the name or the password will not do.
        """
