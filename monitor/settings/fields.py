"""What the sections of `vigie.yaml` are made of: secrets kept elsewhere, paths, addresses, days."""

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)

from monitor.alerts.notification import MAIL_ADDRESS
from monitor.clock.shipped import VALID_FROM, VALID_UNTIL
from monitor.contract.loader import BUILTIN, builtin_names
from monitor.locale.marking import N_, Said
from monitor.located_yaml.words import one_of


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _folder(info: ValidationInfo) -> Path:
    """Where a relative path starts: the folder of `vigie.yaml`, wherever Vigie is started from."""
    return Path((info.context or {}).get("folder", "."))


def _kept_elsewhere(value: object, info: ValidationInfo) -> str | None:
    """The text that `{env: NAME}`, `{file: PATH}` or `{credential: NAME}` leads to.

    A credential is a file that systemd shows the service alone. None where `value` is none of them.
    """
    match value:
        case {"credential": str(name), **rest} if not rest:
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if folder is None:
                raise ValueError(
                    Said(
                        N_(
                            "there are no credentials here; start Vigie by systemd with"
                            " LoadCredential, or write {env: NAME} or {file: PATH}"
                        )
                    )
                )
            return _kept_elsewhere({"file": str(Path(folder) / name)}, info)
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ValueError(
                    Said(
                        N_("the environment variable {name} is not set; set it, or drop it"),
                        name=name,
                    )
                )
            return os.environ[name]
        case {"file": str(path), **rest} if not rest:
            try:
                return (_folder(info) / path).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise ValueError(
                    Said(
                        N_("cannot read {path}: {reason}"),
                        path=path,
                        reason=Said(error.strerror or ""),
                    )
                ) from None
            except UnicodeDecodeError:
                raise ValueError(
                    Said(N_("cannot read {path}; save it as UTF-8 text"), path=path)
                ) from None
    return None


def _secret(value: object, info: ValidationInfo) -> object:
    """Read `{env: NAME}` or `{file: PATH}`; a secret in the file itself is refused."""
    if isinstance(value, SecretStr):
        return value
    text = _kept_elsewhere(value, info)
    if text is None:
        raise ValueError(
            Said(N_("a secret does not stand in this file; write {env: NAME} or {file: PATH}"))
        )
    if not text:
        raise ValueError(Said(N_("the secret is empty; put it where this points to")))
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
            Said(
                N_(
                    "this is not the address of a database; write sqlite:///vigie.db, "
                    "postgresql://user@host/name, {env: NAME} or {file: PATH}"
                )
            )
        )
    if kept is None and info.context and _PASSWORD.match(text):
        raise ValueError(
            Said(N_("a password stands in this file; write {env: NAME} or {file: PATH}"))
        )
    if text.startswith("sqlite:///") and ":memory:" not in text:
        return f"sqlite:///{_folder(info) / text.removeprefix('sqlite:///')}"
    return text


Database = Annotated[str, BeforeValidator(_database)]


def _contract(value: str, info: ValidationInfo) -> str:
    if value.startswith(BUILTIN):
        if (name := value.removeprefix(BUILTIN)) not in builtin_names():
            raise ValueError(
                Said(
                    N_("no contract '{name}' ships; {remedy}"),
                    name=name,
                    remedy=one_of(name, builtin_names()),
                )
            )
        return value
    path = _folder(info) / value
    if not path.exists():
        raise ValueError(
            Said(
                N_(
                    "there is no file {path}; give the path of a contract, which starts at this"
                    " file's folder, or {shipped}"
                ),
                path=str(path),
                shipped=f"{BUILTIN}{builtin_names()[0]}",
            )
        )
    return str(path)


ContractPlace = Annotated[str, Field(min_length=1), AfterValidator(_contract)]


def _beside(value: Path, info: ValidationInfo) -> Path:
    return _folder(info) / value


FilePath = Annotated[Path, AfterValidator(_beside)]


def _file_beside(value: Path, info: ValidationInfo) -> Path:
    path = _folder(info) / value
    if not path.is_file():
        raise ValueError(
            Said(
                N_("there is no file {path}; a relative path starts at this file's folder"),
                path=str(path),
            )
        )
    return path


FileBeside = Annotated[Path, AfterValidator(_file_beside)]


def _folder_beside(value: Path, info: ValidationInfo) -> Path:
    path = _folder(info) / value
    if not path.is_dir():
        raise ValueError(
            Said(N_("there is no folder {path}; make it, or name another"), path=str(path))
        )
    return path


FolderBeside = Annotated[Path, AfterValidator(_folder_beside)]


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in value:
        raise ValueError(
            Said(N_("this is not the address of an API; write it as https://host/path"))
        )
    if parts.username or parts.password:
        raise ValueError(Said(N_("credentials stand in the address; write them under auth")))
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _hidden_address(value: object, info: ValidationInfo) -> object:
    """Read a web address that may be as good as a password: in this file, or kept elsewhere."""
    if isinstance(value, SecretStr):
        return value
    kept = _kept_elsewhere(value, info)
    text = value if kept is None else kept
    return _web_address(text if isinstance(text, str) else "")


HiddenAddress = Annotated[SecretStr, BeforeValidator(_hidden_address)]


def _mail_address(value: str) -> str:
    if MAIL_ADDRESS.fullmatch(value) is None:
        raise ValueError(
            Said(N_("'{value}' is not an e-mail address; write it as name@host"), value=value)
        )
    return value


MailAddress = Annotated[str, AfterValidator(_mail_address)]


def _covered(value: date) -> date:
    if not VALID_FROM <= value < VALID_UNTIL:
        last = VALID_UNTIL - timedelta(days=1)
        raise ValueError(
            Said(
                N_("the calendars cover {first} to {last}; check the year"),
                first=VALID_FROM.isoformat(),
                last=last.isoformat(),
            )
        )
    return value


CoveredDay = Annotated[date, AfterValidator(_covered)]


_FINGERPRINT = re.compile(r"^SHA256:[A-Za-z0-9+/]{43}=?$")
_PUBLIC_KEY = re.compile(r"^(?:\S+ )?((?:ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/]+={0,2})(?: .*)?$")


def host_key(value: str) -> str:
    """An SSH server's key: its fingerprint, or the key itself, as in `known_hosts` or not."""
    if _FINGERPRINT.match(value):
        return value.rstrip("=")
    if found := _PUBLIC_KEY.match(value):
        return found[1]
    raise ValueError(
        Said(
            N_(
                "this is not the key of a server; ask who runs it for SHA256:…, or for the line of"
                " ssh-keyscan"
            )
        )
    )
