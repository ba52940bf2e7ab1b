"""Keeps docs/metrics.md in step: `python -m monitor.metrics.documentation update|check`.

`check` exits with status 1 where the file is not what the catalogue says.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from monitor.metrics.catalogue import FOLDED, LABELS, METRICS
from monitor.metrics.metric import Kind, Metric, Scope
from monitor.metrics.series import OTHER

PAGE: Final = Path(__file__).parents[2] / "docs" / "metrics.md"

_INTRODUCTION = f"""\
# Metrics

Everything that a daemon shows on `/metrics`, with the question each answers. `vigie metrics` prints
the same. Written by `python -m monitor.metrics.documentation update`; do not edit.

- Names follow Prometheus: base units, `_total` on counters. A ratio is 1 for the whole.
- **Shared** metrics are read from the database and the same on every replica: take the `max`, never
  the sum. **Process** metrics begin at 0 when a process starts: sum the rates of all replicas.
- The page comes in the text format or as OpenMetrics, as the scraper asks; without exemplars.
- No metric may have more series than its ceiling. What comes after is folded into one whose labels
  are all `{OTHER}`, and counted by `{FOLDED.name}`.
- A scrape reads counts that are kept as verdicts change, so its cost does not follow the
  obligations there are.
- No label names a person, a telephone number or an address.
- With them come the usual `process_` metrics: memory, processor time, open files.

How the page is protected: [operations.md](operations.md#metrics). What is drawn from them:
[dashboards.md](dashboards.md).
"""


def page() -> str:
    """The whole of docs/metrics.md."""
    parts = [_INTRODUCTION, "## The metrics\n", *map(_described, METRICS), _labels()]
    return "\n".join(parts)


def _described(metric: Metric) -> str:
    facts = [
        f"{metric.kind}",
        "shared" if metric.scope is Scope.SHARED else "process",
        f"labels {_listed(metric.labels)}" if metric.labels else "no labels",
        f"at most {metric.ceiling} label sets" if metric.labels else "one series",
    ]
    lines = [f"### `{metric.name}`\n", f"{metric.question}\n", f"{'; '.join(facts)}.\n"]
    if metric.kind is Kind.HISTOGRAM:
        bounds = ", ".join(f"{bound:g}" for bound in metric.buckets)
        lines.append(f"Buckets up to {bounds}.\n")
    return "\n".join(lines)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _labels() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in LABELS.items()]
    return "\n".join(["## The labels\n", "| label | what it tells |", "|---|---|", *rows, ""])


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if list(arguments) == ["update"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if list(arguments) == ["check"]:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
            return 0
        sys.stderr.write(
            f"docs/{PAGE.name} is not what the catalogue says:"
            " run 'python -m monitor.metrics.documentation update'\n"
        )
        return 1
    sys.stderr.write("usage: python -m monitor.metrics.documentation update|check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
