"""The daemon's steps as OpenTelemetry traces: a trace a poll, a tick, a round of deliveries.

They say what the log says of a step that went well or badly, under the same names (`vigie.case`
follows a case from the tick that escalated it to each delivery), and how long it took. No text of
a provider's, a fault's or a message's is in them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from os import getpid
from socket import gethostname
from typing import TYPE_CHECKING, Final

from monitor.alerts.outbox import Delivery, DeliveryReport
from monitor.alerts.outbox_store import Outcome
from monitor.cases.records import SourceRecord
from monitor.collectors.poller import PollResult
from monitor.engine.accounts import case_of, outcome_of
from monitor.engine.daemon import Steps
from monitor.engine.ports import TickReport
from monitor.errors import InputError
from monitor.locale import N_
from monitor.settings.tracing import TraceSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

_LONGEST_FLUSH: Final = 2_000
"""Milliseconds that the end of the daemon waits for the last spans to be taken."""


class Traces:
    """Where the spans go, until it is closed."""

    def __init__(self, settings: TraceSettings) -> None:
        """Nothing is sent yet.

        Raises:
            InputError: OpenTelemetry is not installed.
        """
        self._provider = _provider(settings)
        self._tracer = self._provider.get_tracer("vigie")

    def of(self, steps: Steps) -> Steps:
        """The same steps, each traced."""
        return _TracedSteps(steps, self._tracer)

    def close(self) -> None:
        """Send what is left, for two seconds at most."""
        self._provider.force_flush(_LONGEST_FLUSH)
        self._provider.shutdown()


class _TracedSteps:
    def __init__(self, steps: Steps, tracer: "Tracer") -> None:
        self._steps = steps
        self._tracer = tracer

    def poll(self, source: str) -> PollResult | None:
        with self._span("poll") as span:
            span.set_attribute("vigie.source", source)
            result = self._steps.poll(source)
            if result is not None:
                span.set_attributes(
                    {
                        "vigie.outcome": result.fault_kind or str(result.outcome),
                        "vigie.added": result.added,
                        "vigie.quarantined": result.quarantined,
                    }
                )
                _judge(span, well=result.fault is None)
        return result

    def record_of(self, source: str) -> SourceRecord | None:
        return self._steps.record_of(source)

    def awaits_others(self) -> bool:
        return self._steps.awaits_others()

    def tick(self) -> TickReport:
        with self._span("tick") as span:
            report = self._steps.tick()
            span.set_attributes({"vigie.cases": report.cases, "vigie.more": report.more})
            for fire in report.fires:
                span.add_event(
                    "escalated",
                    {
                        "vigie.case": str(fire.key),
                        "vigie.commitment": fire.commitment,
                        "vigie.step": fire.step,
                        "vigie.told": fire.told,
                    },
                )
            for fault in report.faults:
                span.add_event(
                    "case_not_judged", {"vigie.case": str(fault.key), "vigie.kind": str(fault.kind)}
                )
            _judge(span, well=not report.faults)
        return report

    def deliver(self, channel: str | None) -> DeliveryReport:
        with self._span("deliver") as span:
            span.set_attribute("vigie.channel", channel or "")
            report = self._steps.deliver(channel)
            span.set_attribute("vigie.released", report.released)
            for delivery in report.deliveries:
                self._delivered(delivery)
        return report

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        return self._steps.next_delivery_at(channel)

    @contextmanager
    def _span(self, name: str) -> Iterator["Span"]:
        """A span that says that its step broke, and of what kind of error, but not its text."""
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def _delivered(self, delivery: Delivery) -> None:
        """An attempt, as long as it took by the daemon's clock, under the round it was made in."""
        attempt, sent = delivery.attempt, delivery.notification
        span = self._tracer.start_span("send", start_time=_nanoseconds(attempt.started_at))
        span.set_attributes(
            {
                "vigie.channel": sent.channel,
                "vigie.step": sent.step,
                "vigie.key": sent.key,
                "vigie.outcome": outcome_of(delivery),
            }
        )
        if (case := case_of(delivery)) is not None:
            span.set_attribute("vigie.case", case)
        _judge(span, well=attempt.outcome is Outcome.ACCEPTED)
        span.end(_nanoseconds(attempt.finished_at))


def _judge(span: "Span", *, well: bool) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

    if not well:
        span.set_status(Status(StatusCode.ERROR))


def _nanoseconds(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000


def _provider(settings: TraceSettings) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        from opentelemetry.sdk.trace.sampling import (  # noqa: PLC0415
            ParentBasedTraceIdRatio,
        )
    except ImportError:
        raise InputError(
            N_("traces: needs OpenTelemetry, which is not installed: pip install 'vigie[traces]'")
        ) from None
    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(settings.share),
        # Not the default one, which adds the command line, and with it paths.
        resource=Resource(
            {"service.name": "vigie", "service.instance.id": f"{gethostname()}:{getpid()}"}
        ),
        shutdown_on_exit=False,
    )
    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    exporter = OTLPSpanExporter(endpoint=settings.endpoint, headers=headers, timeout=10)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider
