"""Sources that tell of themselves: what a program posts to `/api/v1/observations`."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from monitor.collectors.mapping import MappingSettings
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import Secret, Section
from monitor.spans import Span

_SHORTEST = 20
_LONGEST = 500


class PushSettings(Section):
    """A program that sends records by HTTP, and proves by a token whose they are."""

    name: Slug
    provider: Slug
    kind: Literal["push"]
    token: Secret
    """What it sends as `Authorization: Bearer …`; no two sources have the same."""
    a_minute: Annotated[int, Field(ge=1, le=6000)] = 120
    """Pushes taken in a minute, on average; half as many at once."""
    stale_after: Span = timedelta(minutes=15)
    """How much time may pass since its last push, an empty one included."""
    gone_after: Annotated[int, Field(ge=1, le=1000)] = 3
    """Complete pushes in a row that leave an open case out, after which it is taken to be gone."""
    mapping: MappingSettings

    @field_validator("token")
    @classmethod
    def _unguessable(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        visible = text.isascii() and text.isprintable() and " " not in text
        if not visible or not _SHORTEST <= len(text) <= _LONGEST:
            raise ValueError(
                Said(
                    N_(
                        "a token is sent in a header; give it {shortest} to {longest} letters,"
                        " digits or signs of ASCII, such as 'openssl rand -hex 32' prints"
                    ),
                    shortest=str(_SHORTEST),
                    longest=str(_LONGEST),
                )
            )
        return token

    @property
    def every(self) -> timedelta | None:
        """How often it is asked: never."""
        return None

    @property
    def location(self) -> str:
        """Where the source is, for people."""
        return "POST /api/v1/observations"
