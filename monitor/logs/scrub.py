"""Takes secrets and personal data out of what is about to be logged.

The last line of defence, not the first: settings hold secrets as `SecretStr` and collectors drop
what the mapping does not name. What reaches a log is mostly other people's text: an exception of
a driver with its connection string, a provider's error page, a library's debug line.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import structlog

REDACTED: Final = "[redacted]"

_LONGEST_TEXT = 16_384
"""A provider's error page is not worth more of a log, and patterns cost by the character."""
_DEEPEST = 6

_NAMES_OF_SECRETS = (
    # `password-reset` is a service level, and its name has to be read in a log.
    r"passwords?(?!-reset)|passwd|passphrase|pwd|secrets?|tokens?|authorization|credentials?|cookies?"
    r"|api[_-]?keys?|access[_-]?keys?|private[_-]?keys?"
)
_NAMES_OF_PERSONAL = r"subscribers?|phones?|telephones?|msisdn|imei|imsi|iccid"

_SENSITIVE_KEY = re.compile(
    rf"(?:^|[^a-z])(?:[a-z]*(?:{_NAMES_OF_SECRETS})|{_NAMES_OF_PERSONAL})(?:$|[^a-z])",
    re.IGNORECASE,
)
_CAMEL_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_URL_USERINFO = re.compile(
    # The second form is for a password that holds a bare `/`: not a URL any more, yet a leak.
    r"\b([a-z][a-z0-9+.-]{0,30}://)"
    r"(?:[^\s/?#]{0,300}|[^\s/:@]{0,100}:(?!\d{1,5}/)[^\s\"'<>]{0,200})@",
    re.IGNORECASE,
)
_URL_PARAMETER = re.compile(
    rf"([?&](?:[\w-]{{0,30}}(?:{_NAMES_OF_SECRETS})|key|sig|signature|code)=)[^&\s\"'<>#]+",
    re.IGNORECASE,
)
_PEM = re.compile(r"-----BEGIN ([A-Z ]{0,30}PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?")
_AUTHORIZATION = re.compile(
    # A digit, a capital or padding tells a credential from a sentence about authentication.
    r"\b((?i:bearer|basic|digest)[ \t]+)(?=[^\s,;\"']{0,200}[\dA-Z=])[\w.~+/=-]{6,}"
)
_ASSIGNMENT = re.compile(
    rf"(?P<name>[\w-]{{0,40}}(?:{_NAMES_OF_SECRETS})[\w-]{{0,40}}[\"']?)"
    r"(?:(?P<equals>\s{0,3}=\s{0,3})(?:\"[^\"]*\"|'[^']*'|[^\s,;&)}\]]+)"
    r"|(?P<colon>\s{0,3}:\s{0,3})(?:\"[^\"]*\"|'[^']*'|[^\s,;{}\[\]]+(?=\s*(?:$|[,;\n}]))))",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?=[\w-]{1,63}(?:\.[\w-]{1,63})+)")
_PHONE = re.compile(
    # Ten bare digits may be a case's reference: a number has separators or its country.
    r"(?<![\w.+-])(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\)[ \u00a0]?|[2-9]\d{2}[ .\u00a0-])"
    r"[2-9]\d{2}[ .\u00a0-]\d{4}(?![\w-])"
    r"|(?<!\w)\+1[2-9]\d{9}(?!\w)"
)


def scrub_text(text: str) -> str:
    """The text without credentials, private keys, phone numbers and local parts of addresses.

    The domain of an e-mail address stays: an operator needs to see which receiver refuses.
    """
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + "… [cut]"
    text = _PEM.sub(REDACTED, text)
    text = _URL_USERINFO.sub(rf"\1{REDACTED}@", text)
    text = _URL_PARAMETER.sub(rf"\1{REDACTED}", text)
    text = _JWT.sub(REDACTED, text)
    text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    text = _ASSIGNMENT.sub(
        lambda found: f"{found['name']}{found['equals'] or found['colon']}{REDACTED}", text
    )
    text = _EMAIL.sub("***@", text)
    return _PHONE.sub(REDACTED, text)


def scrub_event(
    _logger: Any, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The structlog processor: every key and value of an event, nested ones too.

    Comes after exceptions are rendered to text, and leaves only what JSON can carry, so that no
    renderer meets an object whose `repr` nobody has read. Keys that begin with `_` belong to
    structlog and stay.
    """
    return {
        key: value if key.startswith("_") else _scrubbed(key, value, _DEEPEST)
        for key, value in event.items()
    }


def is_sensitive(key: str) -> bool:
    """Whether a key names a secret or a person's attribute: `dbPassword`, `X-Api-Key`, `phone`."""
    return _SENSITIVE_KEY.search(_CAMEL_HUMP.sub("_", key)) is not None


def _scrubbed(key: str, value: Any, levels: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if is_sensitive(key):
        return REDACTED
    if isinstance(value, int | float):
        return value
    if levels and isinstance(value, Mapping):
        return {
            scrub_text(str(inner)): _scrubbed(str(inner), item, levels - 1)
            for inner, item in value.items()
        }
    if levels and isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(key, item, levels - 1) for item in _ordered(value)]
    return scrub_text(_as_text(value))


def _ordered(values: Iterable[Any]) -> Iterable[Any]:
    return sorted(values, key=repr) if isinstance(values, set | frozenset) else values


def _as_text(value: Any) -> str:
    match value:
        case bytes():
            return value.decode(errors="replace")
        case datetime() | date():
            return value.isoformat()
        case BaseException():
            return f"{type(value).__name__}: {value}"
        case _:
            return str(value)
