"""The `channels:` section: the ways a notification may travel."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.locale.marking import N_, Said
from monitor.settings.fields import FileBeside, MailAddress, Secret, Section
from monitor.spans import Span


class SmtpSettings(Section):
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


class ConsoleSettings(Section):
    type: Literal["console"]


ChannelSettings = Annotated[SmtpSettings | ConsoleSettings, Field(discriminator="type")]
