"""`vigie.yaml` as frozen settings: parsed, checked, with secrets from the environment or files."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from monitor.alerts.notification import MAIL_ADDRESS
from monitor.alerts.policy import Policy
from monitor.clock.shipped import VALID_FROM, VALID_UNTIL
from monitor.collectors.mapping import MappingSettings
from monitor.contract.loader import BUILTIN, builtin_names
from monitor.contract.rulings import PlaceRuling
from monitor.contract.vocabulary import Slug
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.located_yaml import DocumentError, LocatedDocument, Problem
from monitor.located_yaml.words import one_of
from monitor.spans import Span

DEFAULT_PATH = Path("vigie.yaml")


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _folder(info: ValidationInfo) -> Path:
    """Where a relative path starts: the folder of `vigie.yaml`, wherever Vigie is started from."""
    return Path((info.context or {}).get("folder", "."))


def _kept_elsewhere(value: object, info: ValidationInfo) -> str | None:
    """The text that `{env: NAME}` or `{file: PATH}` leads to; None where `value` is neither."""
    match value:
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ValueError(f"the environment variable {name} is not set; set it, or drop it")
            return os.environ[name]
        case {"file": str(path), **rest} if not rest:
            try:
                return (_folder(info) / path).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise ValueError(f"cannot read {path}: {error.strerror}") from None
            except UnicodeDecodeError:
                raise ValueError(f"cannot read {path}; save it as UTF-8 text") from None
    return None


def _secret(value: object, info: ValidationInfo) -> object:
    """Read `{env: NAME}` or `{file: PATH}`; a secret in the file itself is refused."""
    if isinstance(value, SecretStr):
        return value
    text = _kept_elsewhere(value, info)
    if text is None:
        raise ValueError("a secret does not stand in this file; write {env: NAME} or {file: PATH}")
    if not text:
        raise ValueError("the secret is empty; put it where this points to")
    return text


Secret = Annotated[SecretStr, BeforeValidator(_secret)]

_DATABASE = re.compile(r"^(?:sqlite:///.+|postgresql(?:\+psycopg)?://[^\s]+)$")
_PASSWORD = re.compile(r"^[^:]+://[^/@]*:[^/@]+@")


def _database(value: object, info: ValidationInfo) -> object:
    """Read a database's address; a relative SQLite file stands beside `vigie.yaml`."""
    kept = _kept_elsewhere(value, info)
    text = value if kept is None else kept
    if not isinstance(text, str) or not _DATABASE.match(text):
        raise ValueError(
            "this is not the address of a database; write sqlite:///vigie.db, "
            "postgresql://user@host/name, {env: NAME} or {file: PATH}"
        )
    if kept is None and info.context and _PASSWORD.match(text):
        raise ValueError("a password stands in this file; write {env: NAME} or {file: PATH}")
    if text.startswith("sqlite:///") and ":memory:" not in text:
        return f"sqlite:///{_folder(info) / text.removeprefix('sqlite:///')}"
    return text


Database = Annotated[str, BeforeValidator(_database)]


def _contract(value: str, info: ValidationInfo) -> str:
    if value.startswith(BUILTIN):
        if (name := value.removeprefix(BUILTIN)) not in builtin_names():
            raise ValueError(f"no contract '{name}' ships; {one_of(name, builtin_names())}")
        return value
    path = _folder(info) / value
    if not path.exists():
        raise ValueError(
            f"there is no file {path}; give the path of a contract, which starts at this file's"
            f" folder, or {BUILTIN}{builtin_names()[0]}"
        )
    return str(path)


ContractPlace = Annotated[str, Field(min_length=1), AfterValidator(_contract)]


def _beside(value: Path, info: ValidationInfo) -> Path:
    return _folder(info) / value


FilePath = Annotated[Path, AfterValidator(_beside)]


def _file_beside(value: Path, info: ValidationInfo) -> Path:
    path = _folder(info) / value
    if not path.is_file():
        raise ValueError(f"there is no file {path}; a relative path starts at this file's folder")
    return path


FileBeside = Annotated[Path, AfterValidator(_file_beside)]


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ValueError("this is not the address of an API; write it as https://host/path")
    if parts.username or parts.password:
        raise ValueError("credentials stand in the address; write them under auth")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _mail_address(value: str) -> str:
    if MAIL_ADDRESS.fullmatch(value) is None:
        raise ValueError(f"'{value}' is not an e-mail address; write it as name@host")
    return value


MailAddress = Annotated[str, AfterValidator(_mail_address)]


def _covered(value: date) -> date:
    if not VALID_FROM <= value < VALID_UNTIL:
        last = VALID_UNTIL - timedelta(days=1)
        raise ValueError(f"the calendars cover {VALID_FROM} to {last}; check the year")
    return value


CoveredDay = Annotated[date, AfterValidator(_covered)]


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


class SourceSettings(Section):
    """One source of observations. `url` is the API's base, as the provider gives it."""

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
            raise ValueError("an account is both username and password; give both, or neither")
        if self.password is not None and self.security == "none":
            raise ValueError("a password is not sent without TLS; set security to starttls or tls")
        return self


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
    urgent_metrics: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many of the most urgent obligations have a time series of their own."""


def load_settings(path: Path | None) -> Settings:
    """Read settings from `path`, from `./vigie.yaml` when None, else the embedded defaults.

    Relative paths in the file start at the file's own folder.

    Raises:
        InputError: the file cannot be read or is wrong; every problem, one a line, with its line
            and key.
    """
    return located_settings(path)[0]


def located_settings(path: Path | None) -> tuple[Settings, LocatedDocument]:
    """As `load_settings`, with the document, which knows the line of every key.

    Raises:
        InputError: as `load_settings`.
    """
    if path is None:
        if not DEFAULT_PATH.exists():
            return Settings(), LocatedDocument.parse("", str(DEFAULT_PATH))
        path = DEFAULT_PATH
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            N_(
                "{path}: cannot read the configuration: {reason}; 'vigie init' writes one to start"
                " from"
            ),
            path=str(path),
            reason=error.strerror or "",
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(path)
        ) from None
    return _parsed(text, str(path), path.parent)


def parse_settings(text: str, name: str) -> Settings:
    """As `load_settings`, from text already read; `name` stands in every problem.

    Raises:
        InputError: as `load_settings`.
    """
    return _parsed(text, name, Path(name).parent)[0]


def _parsed(text: str, name: str, folder: Path) -> tuple[Settings, LocatedDocument]:
    document = LocatedDocument.parse(text, name)
    try:
        settings = Settings.model_validate(document.content, context={"folder": folder})
    except ValidationError as error:
        raise DocumentError(document.located(error, Settings)) from None
    if wrong := [*_dangling(settings, document), *_repeated(settings, document)]:
        raise DocumentError(wrong)
    return settings, document


def _dangling(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Recipients of channels, addresses and organisations that are not there."""
    channels = list(settings.channels)
    organizations = [organization.id for organization in settings.organizations]
    for index, recipient in enumerate(settings.recipients):
        if recipient.channel not in channels:
            yield document.problem(
                ("recipients", index, "channel"),
                f"no channel is named '{recipient.channel}'",
                one_of(recipient.channel, channels) if channels else "define it under channels",
            )
        elif settings.channels[recipient.channel].type == "smtp" and not MAIL_ADDRESS.fullmatch(
            recipient.address
        ):
            yield document.problem(
                ("recipients", index, "address"),
                f"'{recipient.address}' is not an e-mail address",
                "write it as name@host",
            )
        # Without a list, any name a source may state is as good as another.
        if recipient.organization and organizations and recipient.organization not in organizations:
            yield document.problem(
                ("recipients", index, "organization"),
                f"'{recipient.organization}' is no id under organizations",
                one_of(recipient.organization, organizations),
            )


def _repeated(settings: Settings, document: LocatedDocument) -> Iterator[Problem]:
    """Sources and organisations that share a name."""
    named = {
        "sources": ("name", [source.name for source in settings.sources]),
        "organizations": ("id", [organization.id for organization in settings.organizations]),
    }
    for section, (key, names) in named.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                yield document.problem(
                    (section, index, key), f"'{name}' stands twice", "give each its own"
                )
