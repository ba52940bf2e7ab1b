"""Everything `vigie.yaml` may say, as frozen settings."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, IPvAnyAddress, model_validator

from monitor.alerts.links import LINK_ROLES
from monitor.alerts.policy import Policy
from monitor.contract.rulings import PlaceRuling
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.channels import ChannelSettings
from monitor.settings.deliverables import DeliverableSettings
from monitor.settings.fields import (
    ContractPlace,
    CoveredDay,
    Database,
    Secret,
    Section,
    WebAddress,
)
from monitor.settings.reports import ReportSettings
from monitor.settings.scraping import MetricsSettings, ServerTlsSettings
from monitor.settings.signing_on import OidcSettings
from monitor.settings.sources import SourceSettings
from monitor.settings.tracing import TraceSettings
from monitor.settings.watching import HeartbeatSettings, WatchSettings
from monitor.spans import Months, Span

_Subject = Literal["orders", "technical-support", "billing-and-reports"]
_Contact = Literal[
    "orders", "devices", "billing-and-reports", "technical-support", "complaints", "other"
]


class RecipientSettings(Section):
    """Who holds a role; `provider`, `organization` and `subject` narrow it, None means any."""

    role: Slug
    channel: Slug
    address: str = ""
    contact: _Contact | None = None
    """In place of an address: the one that the contract's table gives on this subject."""
    lang: Literal["fr", "en"] = "fr"
    provider: Slug | None = None
    organization: str | None = None
    subject: _Subject | None = None
    quiet_outside: Slug | None = None
    """A calendar: outside its hours, what is not urgent waits."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if bool(self.address) == (self.contact is not None):
            raise ValueError(
                Said(
                    N_(
                        "a recipient has an address, or takes the contract's by contact; write one"
                        " of them"
                    )
                )
            )
        return self


class OrganizationSettings(Section):
    id: str
    name: str


class HttpSettings(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """0: any free port."""
    trusted_proxy: IPvAnyAddress | None = None
    """The address of the proxy in front, whose word on who asks, and how, is taken."""
    proxy_hops: Annotated[int, Field(ge=1, le=5)] = 1
    """How many proxies stand one behind the other there."""
    tls: ServerTlsSettings | None = None
    """Left out: pages are served in the clear, to this machine or to a proxy."""


class WebSettings(Section):
    """How operators act over HTTP; by default, they cannot."""

    public_url: WebAddress | None = None
    """Where readers of messages reach the pages; left out: messages hold no link."""
    api_token: Secret | None = None
    """What a program has to send to act by `/api/v1`; left out: none may."""
    link_key: Secret | None = None
    """What links are signed with; left out: a key that the database keeps."""
    link_valid_for: Span = timedelta(days=7)
    acknowledge_roles: tuple[Slug, ...] = LINK_ROLES
    """Those whose messages hold a link to acknowledge by."""
    anonymous: Literal["none", "read"] = "none"
    """What those may do who have not signed in."""
    session: Span = timedelta(hours=12)
    """How long somebody stays signed in."""
    oidc: OidcSettings | None = None
    """Left out: people sign in by accounts of Vigie's own."""

    @model_validator(mode="after")
    def _comes_back(self) -> Self:
        if self.oidc is not None and self.public_url is None:
            raise ValueError(
                Said(
                    N_(
                        "oidc sends people back to public_url; write where the board is, as"
                        " public_url: https://vigie.example.org"
                    )
                )
            )
        return self


class OutboxSettings(Section):
    lease: Span = timedelta(minutes=2)
    horizon: Span = timedelta(days=7)
    """How long delivery is tried before it is a dead letter: longer than the offices of those who
    would mend a relay are ever closed, over Christmas or Easter."""
    first_retry: Span = timedelta(seconds=5)
    longest_retry: Span = timedelta(minutes=10)


class RetentionSettings(Section):
    """How long what is stored is kept; whole calendar months leave."""

    payloads: Months = 18
    """Records as received from the sources."""
    figures: Months = 84
    """Closed cases, with all that was stated, concluded and told of them."""


class Settings(Section):
    """Everything the daemon needs; the defaults send nothing to anybody."""

    lang: Literal["fr", "en"] = "fr"
    """Language of what contract managers read, where a recipient has none of their own."""
    database: Annotated[Database, Field(repr=False)] = "sqlite:///vigie.db"
    """May hold a password, where it comes from the environment or a file of its own."""
    contracts: Annotated[tuple[ContractPlace, ...], Field(min_length=1)] = (
        "builtin:cspq-mobilite",
    )
    closed_days: Mapping[CoveredDay, str] = Field(default_factory=dict)
    """Ad hoc days off by date, with their names, such as one the government adds."""
    places: tuple[PlaceRuling, ...] = ()
    """Decisions on delivery places; they go before the contract's and the shipped directory's."""
    http: HttpSettings = HttpSettings()
    metrics: MetricsSettings = MetricsSettings()
    traces: TraceSettings | None = None
    """None: none are made."""
    web: WebSettings = WebSettings()
    sources: tuple[SourceSettings, ...] = ()
    deliverables: tuple[DeliverableSettings, ...] = ()
    """Reports that come due by the calendar, whatever any source says."""
    reports: tuple[ReportSettings, ...] = ()
    """Compliance reports that are made on schedule."""
    channels: Mapping[Slug, ChannelSettings] = Field(default_factory=dict)
    recipients: tuple[RecipientSettings, ...] = ()
    policies: tuple[Policy, ...] = ()
    """The first that is about an obligation is its policy."""
    policy: Policy = Policy()
    """Of obligations that none of `policies` is about."""
    outbox: OutboxSettings = OutboxSettings()
    retention: RetentionSettings = RetentionSettings()
    organizations: tuple[OrganizationSettings, ...] = ()
    heartbeat: HeartbeatSettings | None = None
    watch: WatchSettings | None = None
    urgent_metrics: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many of the most urgent obligations have a time series of their own."""
