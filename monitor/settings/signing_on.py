"""The section `web.oidc`: a provider of identities by which people sign in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from monitor.locale.marking import N_, Said
from monitor.outbound.addresses import is_loopback
from monitor.settings.fields import FileBeside, Secret, Section, WebAddress
from monitor.spans import Span

_LONGEST_LEEWAY = timedelta(minutes=5)


def _issuer(value: str) -> str:
    if not value.startswith("https:") and not is_loopback(value):
        raise ValueError(
            Said(N_("who people are is not asked for in the clear; write it as https://host/path"))
        )
    if len(value) > 300 or "?" in value or "#" in value:  # noqa: PLR2004 - as the column has room for
        raise ValueError(
            Said(N_("an issuer has neither ? nor #; copy it from what the provider says of itself"))
        )
    return value


def _leeway(value: timedelta) -> timedelta:
    if value > _LONGEST_LEEWAY:
        raise ValueError(
            Said(N_("a clock that far off is to be set; write 5 min at most, and set the clock"))
        )
    return value


def _scopes(value: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in value:
        raise ValueError(Said(N_("without the scope openid nobody says who it is; add openid")))
    return value


class OidcSettings(Section):
    """What Vigie and the provider know of each other, and what its claims mean here."""

    issuer: Annotated[WebAddress, AfterValidator(_issuer)]
    """As the provider writes it itself, to the last slash."""
    client_id: Annotated[str, Field(min_length=1, max_length=300)]
    client_secret: Secret | None = None
    """Left out: a public client, of which PKCE is all the proof."""
    scopes: Annotated[tuple[str, ...], AfterValidator(_scopes)] = ("openid", "profile")
    label: Annotated[str, Field(min_length=1, max_length=60)]
    """What the button calls it: « Ouvrir une session avec … »."""
    name_claim: Annotated[str, Field(min_length=1)] = "preferred_username"
    role_claim: Annotated[str, Field(min_length=1)] = "groups"
    """Where groups or roles stand; dots lead into objects."""
    roles: Annotated[
        Mapping[str, Literal["reader", "operator", "administrator"]], Field(min_length=1)
    ]
    """What each group opens; of several, the widest counts; of none, nothing is opened."""
    organization_claim: str | None = None
    """Where the organisation stands that a reader is limited to; left out: readers see all."""
    organizations: Mapping[str, str] | None = None
    """Ids by what stands there; left out: it is the id."""
    leeway: Annotated[Span, AfterValidator(_leeway)] = timedelta(minutes=1)
    """How far the provider's clock may be from ours."""
    ca_file: FileBeside | None = None
    """Certificates to trust in place of the usual ones."""
