"""`vigie.yaml` as frozen settings: parsed, checked, with secrets from the environment or files."""

import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from monitor.alerts.policy import Policy
from monitor.collectors.mapping import MappingSettings
from monitor.contract.model import Slug
from monitor.errors import InputError
from monitor.located_yaml import LocatedDocument, problems

DEFAULT_PATH = Path("vigie.yaml")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


_SPAN_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400}


def _span(value: object) -> object:
    """Read `30 s`, `5 min`, `2 h`, `1 d`: real time, not business time."""
    if not isinstance(value, str):
        return value
    number, _, unit = value.strip().partition(" ")
    if unit not in _SPAN_UNITS or not number.isdecimal() or int(number) == 0:
        raise ValueError(f"{value!r} is not a span of time: write '30 s', '5 min', '2 h' or '1 d'")
    return timedelta(seconds=int(number) * _SPAN_UNITS[unit])


Span = Annotated[timedelta, BeforeValidator(_span)]


def _secret(value: object) -> object:
    """Read `{env: NAME}` or `{file: PATH}`; a secret in the file itself is refused."""
    match value:
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ValueError(f"the environment variable {name} is not set")
            return os.environ[name]
        case {"file": str(path), **rest} if not rest:
            try:
                return Path(path).read_text(encoding="utf-8").rstrip("\n")
            except OSError as error:
                raise ValueError(f"cannot read {path}: {error.strerror}") from None
        case SecretStr():
            return value
    raise ValueError("write a secret as {env: NAME} or {file: PATH}, never in this file")


Secret = Annotated[SecretStr, BeforeValidator(_secret)]


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


class SourceSettings(Section):
    """One source of observations. `url` is the API's base, as the provider gives it."""

    name: Slug
    provider: Slug
    kind: Literal["tmf621-v4", "tmf621-v5", "tmf622-v4"]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    auth: AuthSettings = AuthSettings()
    every: Span = timedelta(minutes=1)
    stale_after: Span = timedelta(minutes=15)
    timeout: Span = timedelta(seconds=30)
    """The longest one request may take, body included."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 100
    mapping: MappingSettings
    """Either a shipped mapping by name (`tmf621`) or a whole one written here."""


class SmtpSettings(Section):
    type: Literal["smtp"]
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password: Secret | None = None
    sender: Annotated[str, Field(pattern=r"^[^\s@]+@[^\s@]+$")]
    timeout: Span = timedelta(seconds=20)


class ConsoleSettings(Section):
    type: Literal["console"]


ChannelSettings = Annotated[SmtpSettings | ConsoleSettings, Field(discriminator="type")]


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
    horizon: Span = timedelta(days=3)
    """How long delivery is tried before it is a dead letter."""
    first_retry: Span = timedelta(seconds=5)
    longest_retry: Span = timedelta(minutes=10)


class Settings(Section):
    """Everything the daemon needs; the defaults send nothing to anybody."""

    lang: Literal["fr", "en"] = "fr"
    """Language of what contract managers read, where a recipient has none of their own."""
    database: str = "sqlite:///vigie.db"
    contracts: tuple[str, ...] = ("builtin:cspq-mobilite",)
    closed_days: Mapping[date, str] = Field(default_factory=dict)
    http: HttpSettings = HttpSettings()
    sources: tuple[SourceSettings, ...] = ()
    channels: Mapping[Slug, ChannelSettings] = Field(default_factory=dict)
    recipients: tuple[RecipientSettings, ...] = ()
    policy: Policy = Policy()
    outbox: OutboxSettings = OutboxSettings()
    organizations: tuple[OrganizationSettings, ...] = ()
    urgent_metrics: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many of the most urgent obligations have a time series of their own."""

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        wrong = [
            f"recipients[{index}].channel: no channel '{recipient.channel}'; "
            f"known: {', '.join(self.channels) or 'none'}"
            for index, recipient in enumerate(self.recipients)
            if recipient.channel not in self.channels
        ]
        names = [source.name for source in self.sources]
        wrong += [
            f"sources: two sources are named '{name}': give each its own name"
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def load_settings(path: Path | None) -> Settings:
    """Read settings from `path`, from `./vigie.yaml` when None, else the embedded defaults.

    Raises:
        InputError: the file cannot be read or is wrong; every problem, one a line, with its line
            and key.
    """
    if path is None:
        if not DEFAULT_PATH.exists():
            return Settings()
        path = DEFAULT_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot read the configuration: {error}") from None
    return parse_settings(text, str(path))


def parse_settings(text: str, name: str) -> Settings:
    """As `load_settings`, from text already read."""
    document = LocatedDocument.parse(text, name)
    content: Any = document.content if document.content is not None else {}
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise InputError("\n".join(problems(error, document))) from None
