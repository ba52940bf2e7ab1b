"""The section `traces:`: what the daemon's steps are told to, as OpenTelemetry traces."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from monitor.settings.fields import Secret, Section, WebAddress


class TraceSettings(Section):
    endpoint: WebAddress
    """Where spans are posted, as OTLP over HTTP: `http://localhost:4318/v1/traces`."""
    headers: Mapping[str, Secret] = Field(default_factory=dict)
    """Sent with each, such as a token."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How many of the traces are kept, as a fraction."""
