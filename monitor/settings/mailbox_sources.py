"""Sources that are mailboxes: what a provider notifies by e-mail."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.collectors.mail_rules import MailRule
from monitor.collectors.mapping import MappingSettings
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, Secret, Section
from monitor.spans import Span


class MailboxSettings(Section):
    """A folder of a mailbox, and how its messages are read."""

    name: Slug
    provider: Slug
    kind: Literal["imap"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    security: Literal["none", "starttls", "tls"] = "tls"
    ca_file: FileBeside | None = None
    """Certificates to trust in place of the system's, where the server's is an internal one."""
    username: str
    password: Secret
    folder: str = "INBOX"
    timeout: Span = timedelta(seconds=30)
    """The longest the server may say nothing."""
    verified_by: str | None = None
    """The name by which our own mail server says that it checked a sender by DMARC."""
    rules: Annotated[tuple[MailRule, ...], Field(min_length=1)]
    every: Span = timedelta(minutes=1)
    stale_after: Span
    """How much time may pass since the newest message that a rule is for."""
    gone_after: Annotated[int, Field(ge=1, le=1000)] = 3
    """Snapshots in a row that leave an open case out, after which it is taken to be gone."""
    mapping: MappingSettings

    @model_validator(mode="after")
    def _password_is_safe(self) -> Self:
        if self.security == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError(
                Said(N_("a password is not sent without TLS; set security to starttls or tls"))
            )
        return self

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        return f"imap://{self.host}:{self.port}/{self.folder}"
