"""The `sources:` section: where observations come from, and how they are read."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.collectors.mapping import MappingSettings
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, Secret, Section, WebAddress
from monitor.settings.file_sources import FolderSettings
from monitor.settings.mailbox_sources import MailboxSettings
from monitor.settings.push_sources import PushSettings
from monitor.spans import Span


class AuthSettings(Section):
    type: Literal["none", "basic", "bearer", "api-key", "oauth2"] = "none"
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "X-API-Key"
    token_url: WebAddress | None = None
    """Where OAuth2 hands out access tokens, to clients by their own credentials."""
    client_id: str | None = None
    client_secret: Secret | None = None
    client_auth: Literal["basic", "body"] = "basic"
    """How the token endpoint takes the two: as a header, or in the form."""
    scope: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "basic" and (self.username is None or self.password is None):
            raise ValueError(Said(N_("basic authentication needs username and password")))
        if self.type in ("bearer", "api-key") and self.token is None:
            raise ValueError(Said(N_("{type} authentication needs token"), type=self.type))
        if self.type == "oauth2":
            for key in ("token_url", "client_id", "client_secret"):
                if getattr(self, key) is None:
                    raise ValueError(Said(N_("oauth2 authentication needs {key}"), key=key))
        return self


class TlsSettings(Section):
    """Where a source's certificate is an internal one, or it wants to see one of ours."""

    ca_file: FileBeside | None = None
    """Certificates to trust in place of the system's."""
    cert_file: FileBeside | None = None
    """Our certificate, shown to servers that want to know who asks."""
    key_file: FileBeside | None = None

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError(
                Said(N_("a certificate goes with its key; give cert_file and key_file both"))
            )
        return self


class HubSettings(Section):
    """Where a provider may send word of changes; an event is but a hint to read the case."""

    callback: WebAddress
    """Our own pages as the provider reaches them, through whatever proxy stands before."""
    secret: Secret
    """The last part of the address, which nobody else knows."""
    renew: Span = timedelta(hours=1)
    """How often to subscribe anew, as subscriptions vanish without a word."""

    @field_validator("secret")
    @classmethod
    def _unguessable(cls, secret: SecretStr) -> SecretStr:
        if not _PATH_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError(
                Said(
                    N_(
                        "the secret becomes part of an address; give it 20 to 200 letters, digits,"
                        " - or _"
                    )
                )
            )
        return secret

    @property
    def address(self) -> str:
        """What the hub is given. Never to be shown: it holds the secret."""
        return f"{self.callback.rstrip('/')}/tmf/listener/{self.secret.get_secret_value()}"


_PATH_SECRET = re.compile(r"[A-Za-z0-9_-]{20,200}")
_RESOURCES = {"tmf621": "troubleTicket", "tmf622": "productOrder", "tmf641": "serviceOrder"}
_ORDER_DATES = {"tmf622-v4": "orderDate", "tmf622-v5": "creationDate"}
"""What TMF622 calls an order's date: it changed its name."""


class ApiSettings(Section):
    """An API over HTTP. `url` is its base, as the provider gives it."""

    name: Slug
    provider: Slug
    kind: Literal["tmf621-v4", "tmf621-v5", "tmf622-v4", "tmf622-v5", "tmf641-v4"]
    url: WebAddress
    auth: AuthSettings = AuthSettings()
    tls: TlsSettings | None = None
    every: Span = timedelta(minutes=1)
    stale_after: Span = timedelta(minutes=15)
    timeout: Span = timedelta(seconds=30)
    """The longest one request may take, body included."""
    gone_after: Annotated[int, Field(ge=1, le=1000)] = 3
    """Polls in a row that miss an open case, after which it is taken to be gone."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    hub: HubSettings | None = None
    mapping: MappingSettings
    """Either a shipped mapping by name (`tmf621`) or a whole one written here."""

    @property
    def is_v5(self) -> bool:
        """Of TM Forum's fifth generation, in which all is typed."""
        return self.kind.endswith("-v5")

    @model_validator(mode="after")
    def _mapping_is_of_the_kind(self) -> Self:
        kind, _, _ = self.kind.partition("-")
        cursor = self.mapping.cursor
        for other, date in _ORDER_DATES.items():
            wrong = other != self.kind and self.kind in _ORDER_DATES
            if wrong and cursor is not None and cursor.filter.startswith(date):
                raise ValueError(
                    Said(
                        N_(
                            "kind {kind} dates orders by {date}, not {other}; use {fitting} as its"
                            " mapping"
                        ),
                        kind=self.kind,
                        date=_ORDER_DATES[self.kind],
                        other=date,
                        fitting="tmf622-v5" if self.kind == "tmf622-v5" else "tmf622",
                    )
                )
        for other, resource in _RESOURCES.items():
            if other != kind and self.mapping.resource == resource:
                raise ValueError(
                    Said(
                        N_(
                            "kind {kind} does not go with a mapping of {resource}; use {fitting},"
                            " or write kind: {other}-v4"
                        ),
                        kind=self.kind,
                        resource=resource,
                        fitting=kind,
                        other=other,
                    )
                )
        return self

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        return self.url


SourceSettings = Annotated[
    ApiSettings | FolderSettings | MailboxSettings | PushSettings, Field(discriminator="kind")
]
"""One source of observations."""
