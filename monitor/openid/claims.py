"""What a provider's claims about somebody let them do. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from monitor.access import Identity, Role

_LONGEST_SUBJECT = 255
"""What OpenID Connect allows (core, 2)."""
_LONGEST_ORGANIZATION = 200


class Why(StrEnum):
    """Why somebody is not let in; each has a sentence of its own on the page."""

    STALE = "stale"
    """They came back too late, twice, or from a page that was given to somebody else."""
    DECLINED = "declined"
    """The provider did not sign them in, or they said no."""
    UNREACHABLE = "unreachable"
    """The provider does not answer."""
    UNTRUSTED = "untrusted"
    """What it answers cannot be relied on."""
    NO_ROLE = "no role"
    """It says who they are, and nothing that opens anything here."""
    NO_ORGANIZATION = "no organization"
    """A reader's organisation is not said."""
    DISABLED = "disabled"
    """An administrator disabled the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What somebody may."""

    role: Role
    organization: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRules:
    """Which claims count, and for what. Of all others, nothing is kept."""

    name: str
    """The claim of the name that somebody likes to be called by."""
    role: str
    """The claim of groups or roles; dots lead into objects."""
    roles: Mapping[str, Role]
    """What each of its values opens; of several, the widest counts."""
    organization: str | None = None
    """The claim of the organisation that a reader is limited to; None: readers see all."""
    organizations: Mapping[str, str] | None = None
    """Ids by the claim's value; None: the value is the id."""

    def identity(self, claims: Mapping[str, Any]) -> Identity | None:
        """Who it is; None: the subject is not said as it must be."""
        issuer, subject = claims.get("iss"), claims.get("sub")
        if not isinstance(issuer, str) or not isinstance(subject, str):
            return None
        if not subject or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
            return None
        name = next(iter(_texts(_at(claims, self.name))), subject)
        return Identity(issuer=issuer, subject=subject, name=name)

    def rights(self, claims: Mapping[str, Any]) -> Rights | Why:
        """What they may; a reader whose organisation must be known and is not, may nothing."""
        found = [self.roles[each] for each in _texts(_at(claims, self.role)) if each in self.roles]
        if not found:
            return Why.NO_ROLE
        role = max(found, key=list(Role).index)
        if role is not Role.READER or self.organization is None:
            return Rights(role=role, organization=None)
        said = list(_texts(_at(claims, self.organization)))
        if self.organizations is not None:
            said = [self.organizations[each] for each in said if each in self.organizations]
        # Of several, which one is meant would be chance.
        if len(set(said)) != 1 or len(said[0]) > _LONGEST_ORGANIZATION or not said[0].isprintable():
            return Why.NO_ORGANIZATION
        return Rights(role=role, organization=said[0])


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of this name, or where dots lead; None: there is none."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> Iterator[str]:
    values = value if isinstance(value, list) else [value]
    return (each.strip() for each in values if isinstance(each, str) and each.strip())
