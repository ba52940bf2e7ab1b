"""The `sources:` section: where observations come from, and how they are read."""

import re
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from monitor.locale.marking import N_, Said
from monitor.settings.desk_sources import JiraSettings, ServiceNowSettings
from monitor.settings.fields import Secret, Section, WebAddress
from monitor.settings.file_sources import FolderSettings
from monitor.settings.http_sources import HttpSource
from monitor.settings.mailbox_sources import MailboxSettings
from monitor.settings.push_sources import PushSettings
from monitor.spans import Span


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


class ApiSettings(HttpSource):
    """A TM Forum API. `url` is its base, as the provider gives it."""

    kind: Literal["tmf621-v4", "tmf621-v5", "tmf622-v4", "tmf622-v5", "tmf641-v4"]
    hub: HubSettings | None = None

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


ApiSource = ApiSettings | ServiceNowSettings | JiraSettings
"""One that can be asked for its past."""

SourceSettings = Annotated[
    ApiSource | FolderSettings | MailboxSettings | PushSettings,
    Field(discriminator="kind"),
]
"""One source of observations."""
