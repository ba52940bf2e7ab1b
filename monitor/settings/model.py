"""Everything `vigie.yaml` may say, as frozen settings."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from monitor.alerts.policy import Policy
from monitor.contract.rulings import PlaceRuling
from monitor.contract.vocabulary import Slug
from monitor.settings.channels import ChannelSettings
from monitor.settings.fields import ContractPlace, CoveredDay, Database, Section
from monitor.settings.sources import SourceSettings
from monitor.settings.watching import HeartbeatSettings, WatchSettings
from monitor.spans import Span


class RecipientSettings(Section):
    """Who holds a role; `provider` and `organization` narrow it, None means any."""

    role: Slug
    channel: Slug
    address: str
    lang: Literal["fr", "en"] = "fr"
    provider: Slug | None = None
    organization: str | None = None


class OrganizationSettings(Section):
    id: str
    name: str


class HttpSettings(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """0: any free port."""


class OutboxSettings(Section):
    lease: Span = timedelta(minutes=2)
    horizon: Span = timedelta(days=7)
    """How long delivery is tried before it is a dead letter: longer than the offices of those who
    would mend a relay are ever closed, over Christmas or Easter."""
    first_retry: Span = timedelta(seconds=5)
    longest_retry: Span = timedelta(minutes=10)


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
    sources: tuple[SourceSettings, ...] = ()
    channels: Mapping[Slug, ChannelSettings] = Field(default_factory=dict)
    recipients: tuple[RecipientSettings, ...] = ()
    policy: Policy = Policy()
    outbox: OutboxSettings = OutboxSettings()
    organizations: tuple[OrganizationSettings, ...] = ()
    heartbeat: HeartbeatSettings | None = None
    watch: WatchSettings | None = None
    urgent_metrics: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many of the most urgent obligations have a time series of their own."""
