"""What all sources that are read over HTTP say: where, as whom, how often."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.collectors.mapping import MappingSettings
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, Secret, Section, WebAddress
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


class HttpSource(Section):
    name: Slug
    provider: Slug
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
    mapping: MappingSettings
    """Either a shipped mapping by name (`tmf621`) or a whole one written here."""

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        return self.url
