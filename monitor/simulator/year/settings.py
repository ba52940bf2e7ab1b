"""The `vigie.yaml` of a simulated year: as somebody would write it for these two providers."""

import json
from collections.abc import Mapping, Sequence

from monitor.simulator.book import Body
from monitor.simulator.year.casting import ACCOUNTS
from monitor.simulator.year.plan import PROVIDERS, REPORT_DAYS, STALE_AFTER

REPORTS, MESSAGES = "rapports", "messages"
"""Folders beside it."""

_TEXT = """\
# What `vigie simulate year` watched: two providers that are not there any more. What is kept of
# them is for `vigie status`, `vigie explain` and `vigie report` to show.
lang: {lang}
database: sqlite:///vigie.db
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: "{telus_tickets}",
     every: 2 h, stale_after: {stale_after},
     mapping: {{use: tmf621, cursor: {{reread: 20 h, sweep: never}}}}}}
  - {{name: telus-orders, provider: telus, kind: tmf622-v4, url: "{telus_orders}",
     every: 2 h, stale_after: {stale_after},
     mapping: {{use: tmf622, cursor: {{sweep: never}}}}}}
  - {{name: rogers-tickets, provider: rogers, kind: tmf621-v5, url: "{rogers_tickets}",
     every: 2 h, stale_after: {stale_after},
     mapping: {{use: tmf621, cursor: {{reread: 20 h, sweep: never}}}}}}
deliverables:
{deliverables}
channels:
  # A file a message, for nobody; what people read would come as digests where there are many.
  dossier: {{type: files, folder: {messages}, form: json, group: null, per_hour: null}}
policy:
  steps:
    - {{id: warning, at: 80%, notify: [provider-desk]}}
    - {{id: breach, at: breach, urgent: true, notify: [contract-manager]}}
    - {{id: adviser, at: breach + 5 d, urgent: true, notify: [cspq-adviser]}}
recipients:
  - {{role: contract-manager, channel: dossier, address: gestion@example.org, lang: {lang}}}
  - {{role: provider-desk, channel: dossier, address: comptoir@example.com, lang: {lang}}}
  - {{role: cspq-adviser, channel: dossier, address: conseil@example.org, lang: {lang}}}
reports:
{reports}
organizations:
{organizations}
"""


def settings_text(
    *, year: int, urls: Mapping[str, str], bodies: Sequence[Body], forms: Sequence[str], lang: str
) -> str:
    """The whole file."""
    return _TEXT.format(
        **urls,
        lang=lang,
        stale_after=f"{int(STALE_AFTER.total_seconds()) // 60} min",
        deliverables="\n".join([*_billing(year), *_quarterly(year)]),
        messages=MESSAGES,
        reports="\n".join(
            f"  - {{name: {name}, period: {period}, from: {_quoted(first)},"
            f" business_day: {REPORT_DAYS[period]}, folder: {REPORTS},"
            f" formats: [{', '.join(forms)}]}}"
            for name, period, first in (
                ("mensuel", "month", f"{year}-01"),
                ("trimestriel", "quarter", f"{year}-T1"),
                ("annuel", "year", f"{year}"),
            )
        ),
        organizations="\n".join(
            f"  - {{id: {body.id}, name: {_quoted(body.name)}}}" for body in bodies
        ),
    )


def _billing(year: int) -> list[str]:
    return [
        f"  - {{commitment: billing-report, provider: {provider}, billing_day: {day},"
        f" accounts: [{', '.join(accounts)}], from: {year}-01}}"
        for provider, (day, accounts) in ACCOUNTS.items()
    ]


def _quarterly(year: int) -> list[str]:
    return [
        f"  - {{commitment: quarterly-report, provider: {provider}, from: {year}-T1}}"
        for provider in PROVIDERS
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
