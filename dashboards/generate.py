"""Writes the dashboards and their page: `python -m dashboards.generate update|check`.

`check` writes nothing, and exits with status 1 where a file is not what it would write.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.alerts import RULES, alerts_described, rules_text
from dashboards.deliveries import DELIVERIES
from dashboards.operations import OPERATIONS
from dashboards.overview import OVERVIEW
from dashboards.page import Page
from dashboards.panels import Panel
from dashboards.provider import PROVIDER_PAGE

HERE: Final = Path(__file__).parent
_HIDDEN: Final = "inControlsMenu"
PAGES: Final = (OVERVIEW, PROVIDER_PAGE, DELIVERIES, OPERATIONS)

_INTRODUCTION: Final = """\
# Dashboards and alerts

Four dashboards for Grafana, in French, and rules for Prometheus. `vigie dashboards export DIR`
writes them to a folder. Written by `python -m dashboards.generate update`; do not edit.

- **Import** the files of `json/` in Grafana, or provision them from a folder; choose the Prometheus
  that scrapes Vigie as data source. Load `rules/vigie.yml` in Prometheus, under `rule_files`.
- Links to the proof of a case start at the variable *Adresse de Vigie*, those to the runbooks at
  *Adresse des guides*; `--board` and `--runbooks` of the export set both for good.
- **Compliance** is what was met of what is decided: met, missed, or late and still open. The text
  of the contract gives no target, so less than all is drawn as a breach; lines at a share of the
  time used are those of the contract.
- Colours are told apart by those who see few of them, on dark ground and on light; no colour says
  what no word says.
- Every query is asked of a real Prometheus in the tests, and has an answer.

What the metrics mean: [metrics.md](metrics.md).
"""


def dashboards() -> Mapping[str, str]:
    """The text of each dashboard's file, by its name."""
    return {
        f"{page.uid}.json": _written(page.built([other for other in PAGES if other is not page]))
        for page in PAGES
    }


def _written(dashboard: Dashboard) -> str:
    plain = _tidied(json.loads(JSONEncoder().encode(dashboard)))
    return json.dumps(plain, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _tidied(value: Any) -> Any:
    """Without a default of the SDK's that hides links in a menu which older servers do not have."""
    match value:
        case dict():
            return {key: _tidied(each) for key, each in value.items() if key != "placement"} | (
                {"placement": value["placement"]}
                if value.get("placement", _HIDDEN) != _HIDDEN
                else {}
            )
        case list():
            return [_tidied(each) for each in value]
    return value


def described() -> str:
    """The whole of docs/dashboards.md."""
    return "\n".join([_INTRODUCTION, *map(_page, PAGES), alerts_described()])


def _page(page: Page) -> str:
    lines = [f"## {page.title}\n", f"{page.english} (`{page.uid}`)\n"]
    for variable in page.variables:
        lines.append(f"- variable *{variable.label}*: `{variable.query}`")
    if page.breaches is not None:
        lines.append(f"- annotation *Manquements*: `{page.breaches.expr}`")
    if page.variables:
        lines.append("")
    return "\n".join([*lines, *map(_panel, page.panels)])


def _panel(panel: Panel) -> str:
    queries = "\n".join(query.expr for query in panel.queries)
    return (
        f"### {panel.title}\n\n{panel.english}\n\n"
        f"*{panel.question}* ({panel.look})\n\n```promql\n{queries}\n```\n"
    )


def files() -> Iterator[tuple[Path, str]]:
    """Every file that is generated, with its text."""
    for name, text in dashboards().items():
        yield HERE / "json" / name, text
    yield HERE / "rules" / RULES, rules_text()
    yield HERE.parent / "docs" / "dashboards.md", described()


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    if list(arguments) not in (["update"], ["check"]):
        sys.stderr.write("usage: python -m dashboards.generate update|check\n")
        return 2
    wrong = []
    for path, text in files():
        if arguments[0] == "update":
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            wrong.append(path.relative_to(HERE.parent).as_posix())
    for name in wrong:
        sys.stderr.write(f"{name} is out of date: run 'python -m dashboards.generate update'\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
