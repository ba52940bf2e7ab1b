"""Roles, and the people and programs that have them."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_urlsafe

from monitor.errors import InputError
from monitor.locale.marking import N_

_NAME = re.compile(r"[^\s\x00-\x1f\x7f<>\"'&/\\]{1,80}")
_UNFIT = re.compile(r"[^\w.@+~-]")
_LONGEST_FITTED = 70
"""Leaves room for what tells two of one name apart."""
_LONGEST_ORGANIZATION = 200
_BYTES = 32
_PREFIX = "vigie_"

TRIES = 5
"""Wrong passwords in a row before an account is locked."""
_FIRST_LOCK = timedelta(minutes=1)
_LONGEST_LOCK = timedelta(minutes=30)


class Role(StrEnum):
    """What somebody may do; each may all that those before it may."""

    READER = "reader"
    """Reads, all of it or what concerns one organisation."""
    OPERATOR = "operator"
    """Acknowledges, holds, silences, tries messages again; sees records as received."""
    ADMINISTRATOR = "administrator"
    """Says who else may."""

    def may(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Scope(StrEnum):
    """What a token is for."""

    READ = "read"
    ACT = "act"
    ADMINISTER = "administer"
    """Accounts and tokens themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever asks for a page."""

    name: str
    role: Role
    organization: str | None = None
    """The only one it sees anything of; None: all."""
    is_person: bool = True
    """Signed in; False: a token's holder, or nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who can sign in."""

    name: str
    role: Role
    organization: str | None
    password: str | None
    """As argon2 writes it; None: there is none to sign in by, or none yet."""
    made_at: datetime
    failures: int
    """Wrong passwords in a row."""
    locked_until: datetime | None
    issuer: str | None = None
    """The provider that vouches for whoever it is; None: an account of our own."""
    disabled_at: datetime | None = None

    @property
    def visitor(self) -> Visitor:
        return Visitor(name=self.name, role=self.role, organization=self.organization)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as a provider of identities knows them: by the pair, never by the name."""

    issuer: str
    subject: str
    name: str
    """What they like to be called; another person may like the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """What a program reads the API with; the token itself is shown once, and not kept."""

    id: int
    name: str
    scopes: Collection[Scope]
    organization: str | None
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None

    @property
    def visitor(self) -> Visitor:
        role = role_of(self.scopes)
        return Visitor(name=self.name, role=role, organization=self.organization, is_person=False)


def role_of(scopes: Collection[Scope]) -> Role:
    """Whose rights a token has that is for these."""
    if Scope.ADMINISTER in scopes:
        return Role.ADMINISTRATOR
    return Role.OPERATOR if Scope.ACT in scopes else Role.READER


def lock_after(failures: int) -> timedelta | None:
    """For how long an account is locked after so many wrong passwords in a row; None: it is not.

    A minute after the fifth, twice as long after each further one, half an hour at most: guessing
    is slow, and nobody can lock somebody else out for long.
    """
    if failures < TRIES:
        return None
    doublings = min(failures - TRIES, 10)
    return min(_FIRST_LOCK * (1 << doublings), _LONGEST_LOCK)


def digest_of(secret: str) -> str:
    """What is kept of a secret that is long and random: who reads it cannot use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fresh_secret() -> str:
    """What nobody can guess, and an address can hold."""
    return token_urlsafe(_BYTES)


def fresh_token() -> str:
    """A token for a program, which tools that look for secrets in what is published know as one."""
    return _PREFIX + fresh_secret()


def fitted_name(text: str) -> str:
    """A name made fit for an account: without what one may not hold, and not empty."""
    return "".join(_UNFIT.sub("-", text.strip())[:_LONGEST_FITTED].split()) or "?"


def account_name(text: str) -> str:
    """A name to sign in by.

    Raises:
        InputError: it is none.
    """
    name = text.strip()
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise InputError(
            N_("'{name}' is no account's name: write 1 to 80 characters, without blanks or quotes"),
            name=name,
        )
    return name


def organization_name(text: str | None, role: Role) -> str | None:
    """The organisation that an account is limited to.

    Raises:
        InputError: it is too long, or the role sees all of them.
    """
    name = (text or "").strip() or None
    if name is None:
        return None
    if role is not Role.READER:
        raise InputError(
            N_("an account limited to an organisation is a reader's: write --role reader")
        )
    if len(name) > _LONGEST_ORGANIZATION or not name.isprintable():
        raise InputError(N_("'{name}' is no organisation's name"), name=name[:80])
    return name
