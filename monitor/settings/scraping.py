"""The section `metrics:`: who may read `/metrics`, and where."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, Secret, Section


class ScraperAuthSettings(Section):
    """What a scraper has to know."""

    type: Literal["basic", "bearer"]
    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type == "basic" and (self.username is None or self.password is None):
            raise ValueError(Said(N_("basic authentication needs username and password")))
        if self.type == "basic" and ":" in (self.username or ""):
            raise ValueError(Said(N_("a username ends at a colon; take the colon out")))
        if self.type == "bearer" and self.token is None:
            raise ValueError(Said(N_("{type} authentication needs token"), type=self.type))
        return self


class ServerTlsSettings(Section):
    cert_file: FileBeside
    """The certificate to show, in PEM, with those that vouch for it."""
    key_file: FileBeside


class ScrapeListenSettings(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 9465
    """0: any free port."""
    tls: ServerTlsSettings | None = None


class MetricsSettings(Section):
    auth: ScraperAuthSettings | None = None
    """Left out: whoever reaches the page may read it."""
    listen: ScrapeListenSettings | None = None
    """Left out: the page is among those on `http`. With it, it is there alone."""
