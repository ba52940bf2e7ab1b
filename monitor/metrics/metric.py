"""What a metric is: its name, the question it answers, and how many series it may have."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Fold = Callable[[float, float], float]


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Scope(StrEnum):
    """Whose figure it is; with several replicas it decides how to add them up."""

    SHARED = "shared"
    """Read from the database: every replica says the same. Take the maximum, never the sum."""
    PROCESS = "process"
    """Of this process, from zero when it starts. Sum the rates of all replicas."""


_SCOPE_SENTENCES = {
    Scope.SHARED: "Read from the database, the same on every replica.",
    Scope.PROCESS: "Of this process, since it started.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    name: str
    kind: Kind
    question: str
    scope: Scope
    labels: tuple[str, ...] = ()
    ceiling: int = 1
    """The most label sets it shows; the rest are folded into one whose labels are all `other`."""
    fold: Fold = operator.add
    """How a set of labels joins `other`: counts add up, of states the worst shows."""
    buckets: tuple[float, ...] = ()

    @property
    def help(self) -> str:
        return f"{self.question} {_SCOPE_SENTENCES[self.scope]}"
