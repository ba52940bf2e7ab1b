"""The `channels:` section: the ways a notification may travel."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import (
    FileBeside,
    FolderBeside,
    HiddenAddress,
    MailAddress,
    Secret,
    Section,
    WebAddress,
)
from monitor.settings.http_sources import AuthSettings
from monitor.spans import Span

_SEND: Span = timedelta(seconds=10)


class FallbackSettings(Section):
    """Who is told where a channel cannot tell: an address, or whoever holds a role."""

    role: Slug | None = None
    channel: Slug | None = None
    address: str | None = None
    after: Span | None = None
    """Also of what has waited so long and is still being tried; None: only of dead letters."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.role is None) == (self.channel is None):
            raise ValueError(Said(N_("a fallback is a role, or a channel and an address")))
        if (self.channel is None) != (self.address is None):
            raise ValueError(
                Said(N_("a fallback's channel needs an address, and an address a channel"))
            )
        return self


class GroupSettings(Section):
    more_than: Annotated[int, Field(ge=1, le=1000)] = 3
    """So many messages of a group go out by themselves within the interval; more, as a digest."""
    interval: Span = timedelta(minutes=5)


class AnyChannel(Section):
    """What every channel may have; left out, `outbox` says."""

    horizon: Span | None = None
    first_retry: Span | None = None
    longest_retry: Span | None = None
    fallback: FallbackSettings | None = None


class ReadByPeople(AnyChannel):
    """A channel to people, whom a storm must not drown."""

    group: GroupSettings | None = GroupSettings()
    """None: a message a step, however many."""
    per_hour: Annotated[int, Field(ge=2, le=10_000)] | None = 20
    """The most messages one recipient gets in an hour; None: no ceiling."""


class SmtpSettings(ReadByPeople):
    type: Literal["smtp"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: Secret | None = None
    sender: MailAddress
    timeout: Span = timedelta(seconds=20)
    """The longest one answer of the relay may take."""
    ca_file: FileBeside | None = None
    """Certificates to trust in place of the system's, where the relay's is an internal one."""

    @model_validator(mode="after")
    def _password_is_safe(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError(
                Said(N_("an account is both username and password; give both, or neither"))
            )
        if self.password is not None and self.security == "none":
            raise ValueError(
                Said(N_("a password is not sent without TLS; set security to starttls or tls"))
            )
        return self


class PagerDutySettings(AnyChannel):
    type: Literal["pagerduty"]
    routing_key: Secret
    url: WebAddress = "https://events.pagerduty.com"
    """The API's base: another for the region of the European Union, or a relay of one's own."""
    timeout: Span = _SEND
    ca_file: FileBeside | None = None


class AlertmanagerSettings(AnyChannel):
    type: Literal["alertmanager"]
    urls: Annotated[tuple[WebAddress, ...], Field(min_length=1, max_length=5)]
    """Every member of the cluster."""
    auth: AuthSettings = AuthSettings()
    refresh_every: Span = timedelta(minutes=1)
    resolve_after: Span = timedelta(minutes=10)
    """How long an alert stands that is not told again."""
    timeout: Span = _SEND
    ca_file: FileBeside | None = None

    @model_validator(mode="after")
    def _authenticates_by_a_header(self) -> Self:
        if self.auth.type == "oauth2":
            raise ValueError(
                Said(N_("Alertmanager takes no oauth2; write basic, bearer or api-key"))
            )
        return self

    @model_validator(mode="after")
    def _told_again_in_time(self) -> Self:
        if self.resolve_after < 3 * self.refresh_every:
            raise ValueError(
                Said(
                    N_(
                        "an alert that misses two refreshes would end; make resolve_after at least"
                        " three times refresh_every"
                    )
                )
            )
        return self


class WebhookSettings(AnyChannel):
    type: Literal["webhook"]
    url: HiddenAddress
    secret: Secret
    """What the receiver checks signatures by."""
    allow_private: bool = False
    """Whether it may lead to the organisation's own network, and go without TLS."""
    timeout: Span = _SEND
    ca_file: FileBeside | None = None

    @model_validator(mode="after")
    def _protected(self) -> Self:
        if not self.allow_private and not self.url.get_secret_value().startswith("https://"):
            raise ValueError(
                Said(
                    N_(
                        "a webhook outside the organisation's network goes over TLS; write"
                        " https://, or allow_private: true"
                    )
                )
            )
        return self


class TeamsSettings(ReadByPeople):
    type: Literal["teams"]
    url: HiddenAddress
    """The workflow's: whoever has it may post, so it is best kept elsewhere."""
    timeout: Span = _SEND


class FilesSettings(ReadByPeople):
    type: Literal["files"]
    folder: FolderBeside
    form: Literal["eml", "json"] = "eml"
    sender: MailAddress | None = None

    @model_validator(mode="after")
    def _from_somebody(self) -> Self:
        if self.form == "eml" and self.sender is None:
            raise ValueError(
                Said(N_("an e-mail is from somebody; give sender, or write form: json"))
            )
        return self


class AppriseSettings(ReadByPeople):
    type: Literal["apprise"]
    url: Secret
    """As apprise writes it; `{address}` in it is the recipient's."""
    content: Literal["subject", "text"] = "subject"
    timeout: Span = timedelta(seconds=30)


class ConsoleSettings(AnyChannel):
    type: Literal["console"]


ChannelSettings = Annotated[
    SmtpSettings
    | PagerDutySettings
    | AlertmanagerSettings
    | WebhookSettings
    | TeamsSettings
    | FilesSettings
    | AppriseSettings
    | ConsoleSettings,
    Field(discriminator="type"),
]


def carries_files(channel: AnyChannel) -> bool:
    """Whether a message on this channel takes its attachments along, as a report needs."""
    return isinstance(channel, SmtpSettings | FilesSettings | WebhookSettings)


def needs_mail_address(channel: AnyChannel) -> bool:
    """Whether a recipient of this channel is an e-mail address."""
    return isinstance(channel, SmtpSettings) or (
        isinstance(channel, FilesSettings) and channel.form == "eml"
    )
