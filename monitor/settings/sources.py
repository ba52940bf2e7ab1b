"""The `sources:` section: where observations come from, and how they are read."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.collectors.mapping import MappingSettings
from monitor.contract.vocabulary import Slug
from monitor.settings.fields import Secret, Section, WebAddress
from monitor.settings.file_sources import FilesSettings
from monitor.spans import Span


class AuthSettings(Section):
    type: Literal["none", "basic", "bearer", "api-key"] = "none"
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    header: str = "X-API-Key"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "basic" and (self.username is None or self.password is None):
            raise ValueError("basic authentication needs username and password")
        if self.type in ("bearer", "api-key") and self.token is None:
            raise ValueError(f"{self.type} authentication needs token")
        return self


_RESOURCES = {"tmf621": "troubleTicket", "tmf622": "productOrder"}


class ApiSettings(Section):
    """An API over HTTP. `url` is its base, as the provider gives it."""

    name: Slug
    provider: Slug
    kind: Literal["tmf621-v4", "tmf621-v5", "tmf622-v4"]
    url: WebAddress
    auth: AuthSettings = AuthSettings()
    every: Span = timedelta(minutes=1)
    stale_after: Span = timedelta(minutes=15)
    timeout: Span = timedelta(seconds=30)
    """The longest one request may take, body included."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    mapping: MappingSettings
    """Either a shipped mapping by name (`tmf621`) or a whole one written here."""

    @model_validator(mode="after")
    def _mapping_is_of_the_kind(self) -> Self:
        kind, _, _ = self.kind.partition("-")
        for other, resource in _RESOURCES.items():
            if other != kind and self.mapping.resource == resource:
                raise ValueError(
                    f"kind {self.kind} does not go with a mapping of {resource}; "
                    f"use {kind}, or write kind: {other}-v4"
                )
        return self

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        return self.url


SourceSettings = Annotated[ApiSettings | FilesSettings, Field(discriminator="kind")]
"""One source of observations."""
