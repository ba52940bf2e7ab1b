"""Prometheus's rules: figures kept ready, and what somebody is to be told of, in both languages."""

from dataclasses import dataclass
from typing import Any, Final

import yaml

from dashboards.page import RUNBOOKS

RULES: Final = "vigie.yml"
_BY: Final = "month, provider, commitment"


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    expr: str
    english: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    name: str
    expr: str
    lasting: str
    """How long it has to hold."""
    severity: str
    summary: str
    description: str
    summary_en: str
    description_en: str


def _of(verdicts: str) -> str:
    counted = f'vigie_month_obligations{{verdict=~"{verdicts}"}}'
    return f"sum by ({_BY}) (max by ({_BY}, region, verdict) ({counted}))"


RECORDINGS: Final = (
    Recording(
        "vigie:obligations:max",
        "max by (provider, commitment, verdict) (vigie_obligations)",
        "Obligations by verdict, once, however many replicas tell of them.",
    ),
    Recording(
        "vigie:month_compliance:ratio",
        f"{_of('met')} / ({_of('met|missed|breached')} > 0)",
        "What was met of what is decided, by the month of the deadline.",
    ),
    Recording(
        "vigie:tick_age:seconds",
        "vigie_clock_timestamp_seconds - vigie_tick_last_timestamp_seconds",
        "For how long nothing has been judged, by daemon.",
    ),
    Recording(
        "vigie:source_age:seconds",
        "max(vigie_clock_timestamp_seconds) - on () group_right ()"
        " (max by (source) (vigie_source_last_success_timestamp_seconds) > 0)",
        "For how long not all has been known that a source holds.",
    ),
)

ALERTS: Final = (
    Alert(
        name="VigieCommitmentAtRisk",
        expr='vigie:obligations:max{verdict="at_risk"} > 0',
        lasting="5m",
        severity="warning",
        summary="{{ $value }} obligation(s) à risque : {{ $labels.provider }},"
        " {{ $labels.commitment }}",
        description="Leur délai est presque écoulé. Relancez le prestataire avant l'échéance;"
        " « vigie status --verdict at_risk » les nomme.",
        summary_en="{{ $value }} obligation(s) at risk: {{ $labels.provider }},"
        " {{ $labels.commitment }}",
        description_en="Their time is nearly used up. Press the provider before the deadline;"
        " 'vigie status --verdict at_risk' names them.",
    ),
    Alert(
        name="VigieBreach",
        expr='vigie:obligations:max{verdict="breached"} > 0',
        lasting="1m",
        severity="critical",
        summary="{{ $value }} obligation(s) en retard : {{ $labels.provider }},"
        " {{ $labels.commitment }}",
        description="L'échéance est passée et le cas est encore ouvert. « vigie status --verdict"
        " breached » les nomme; « vigie explain » en donne la preuve.",
        summary_en="{{ $value }} obligation(s) late: {{ $labels.provider }},"
        " {{ $labels.commitment }}",
        description_en="The deadline has passed and the case is still open. 'vigie status --verdict"
        " breached' names them; 'vigie explain' has the proof.",
    ),
    Alert(
        name="VigieComplianceBelowTarget",
        expr='vigie:month_compliance:ratio{month="current"} < on (commitment) group_left ()'
        " max by (commitment) (vigie_commitment_target_ratio)",
        lasting="1h",
        severity="warning",
        summary="Conformité du mois sous la cible : {{ $labels.provider }},"
        " {{ $labels.commitment }}, {{ $value | humanizePercentage }}",
        description="Ce qui est échu ce mois-ci a été tenu moins souvent que la cible que le"
        " contrat donne (target_percent). Le texte du contrat livré n'en donne pas.",
        summary_en="Compliance of the month below target: {{ $labels.provider }},"
        " {{ $labels.commitment }}, {{ $value | humanizePercentage }}",
        description_en="What is due this month was met less often than the target that the contract"
        " gives (target_percent). The text of the shipped contract gives none.",
    ),
    Alert(
        name="VigieSourceStale",
        expr="max by (source) (vigie_source_stale) == 1",
        lasting="2m",
        severity="critical",
        summary="Source muette : {{ $labels.source }}",
        description="Aucune interrogation complète depuis trop longtemps : ses obligations"
        " ouvertes sont inconnues, et les avis qui partent sont marqués non confirmés.",
        summary_en="Silent source: {{ $labels.source }}",
        description_en="No complete poll for too long: its open obligations are unknown, and"
        " notifications that go out are marked unconfirmed.",
    ),
    Alert(
        name="VigieOutboxStuck",
        expr="max(vigie_outbox_oldest_age_seconds) > 900",
        lasting="5m",
        severity="critical",
        summary="Un avis attend depuis {{ $value | humanizeDuration }}",
        description="Des avis décidés ne partent pas : un canal ou son serveur ne répond pas."
        " « vigie outbox list » les montre avec ce que le receveur a dit.",
        summary_en="A notification has waited for {{ $value | humanizeDuration }}",
        description_en="Notifications that were decided do not leave: a channel or its server does"
        " not answer. 'vigie outbox list' shows them with what the receiver said.",
    ),
    Alert(
        name="VigieDeadLetters",
        expr='max(vigie_outbox_depth{state="dead"}) > 0',
        lasting="0m",
        severity="critical",
        summary="{{ $value }} avis n'ont pu être livrés à personne",
        description="Quelqu'un n'a pas été prévenu et ne le sera plus. « vigie outbox list --state"
        " dead » les montre; corrigez la cause, puis « vigie outbox retry ».",
        summary_en="{{ $value }} notifications could be delivered to nobody",
        description_en="Somebody was not told, and will not be. 'vigie outbox list --state dead'"
        " shows them; mend the cause, then 'vigie outbox retry'.",
    ),
    Alert(
        name="VigieTickLate",
        expr="vigie:tick_age:seconds > 300",
        lasting="2m",
        severity="critical",
        summary="Rien n'a été jugé depuis {{ $value | humanizeDuration }} ({{ $labels.instance }})",
        description="Le démon répond, mais sa boucle de jugement ne tourne plus : des échéances"
        " passent sans que personne en soit prévenu.",
        summary_en="Nothing judged for {{ $value | humanizeDuration }} ({{ $labels.instance }})",
        description_en="The daemon answers, but its tick does not come round: deadlines pass and"
        " nobody is told.",
    ),
    Alert(
        name="VigieUnknownStatuses",
        expr="max by (source) (vigie_unknown_status_observations) > 0",
        lasting="10m",
        severity="warning",
        summary="Statuts inconnus de la source {{ $labels.source }} : {{ $value }} constat(s)",
        description="La source emploie des mots que sa correspondance ne connaît pas : ses cas"
        " gardent leur statut d'avant. « vigie status » les nomme; complétez status_map.",
        summary_en="Unknown statuses of source {{ $labels.source }}: {{ $value }} statement(s)",
        description_en="The source uses words that its mapping does not know: its cases keep the"
        " status they had. 'vigie status' names them; add them to status_map.",
    ),
    Alert(
        name="VigieQuarantine",
        expr="max by (source) (vigie_quarantine_records) > 0",
        lasting="10m",
        severity="warning",
        summary="Fiches illisibles de la source {{ $labels.source }} : {{ $value }}",
        description="Des fiches ne peuvent être lues comme configuré : leurs cas ne sont pas"
        " surveillés. La raison de chacune est conservée.",
        summary_en="Unreadable records of source {{ $labels.source }}: {{ $value }}",
        description_en="Records cannot be read as configured: their cases are not watched. The"
        " reason of each is kept.",
    ),
    Alert(
        name="VigieDatabaseUnreadable",
        expr="vigie_stored_readable == 0",
        lasting="2m",
        severity="critical",
        summary="La base de données ne peut être lue ({{ $labels.instance }})",
        description="Rien ne peut être jugé ni livré tant que la base est hors d'atteinte; rien"
        " n'est perdu non plus.",
        summary_en="The database cannot be read ({{ $labels.instance }})",
        description_en="Nothing can be judged or delivered while the database is out of reach;"
        " nothing is lost either.",
    ),
    Alert(
        name="VigieSeriesFolded",
        expr="sum by (metric) (increase(vigie_label_sets_folded_total[1h])) > 0",
        lasting="0m",
        severity="info",
        summary="La mesure {{ $labels.metric }} a plus de séries que son plafond",
        description="Celles de trop sont repliées sous « other » : les tableaux de bord n'y"
        " distinguent plus tout. Les chiffres de Vigie, eux, restent justes.",
        summary_en="The metric {{ $labels.metric }} has more series than its ceiling",
        description_en="Those beyond are folded into 'other': dashboards no longer tell all of them"
        " apart. Vigie's own figures stay right.",
    ),
    Alert(
        name="VigieAbsent",
        expr="absent(vigie_build_info)",
        lasting="2m",
        severity="critical",
        summary="Aucun démon Vigie ne répond",
        description="Prometheus ne reçoit plus rien de Vigie : plus rien n'est surveillé, ou"
        " Prometheus ne peut l'atteindre.",
        summary_en="No Vigie daemon answers",
        description_en="Prometheus gets nothing from Vigie any more: nothing is watched, or"
        " Prometheus cannot reach it.",
    ),
)


def rules_text() -> str:
    """The file that Prometheus loads."""
    groups = {
        "groups": [
            {
                "name": "vigie-figures",
                "rules": [{"record": each.name, "expr": each.expr} for each in RECORDINGS],
            },
            {"name": "vigie-alertes", "rules": [_alert(each) for each in ALERTS]},
        ]
    }
    head = "# Written by 'python -m dashboards.generate update'; do not edit.\n"
    return head + yaml.safe_dump(groups, allow_unicode=True, sort_keys=False, width=100)


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasting,
        "labels": {"severity": alert.severity, "service": "vigie"},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "summary_en": alert.summary_en,
            "description_en": alert.description_en,
            "runbook_url": f"{RUNBOOKS}/{alert.name}.md",
        },
    }


def alerts_described() -> str:
    """The part of docs/dashboards.md on rules."""
    lines = ["## Rules: figures kept ready\n"]
    lines += [
        f"### `{each.name}`\n\n{each.english}\n\n```promql\n{each.expr}\n```\n"
        for each in RECORDINGS
    ]
    lines.append("## Rules: alerts\n")
    lines += [
        f"### `{each.name}`\n\n{each.description_en}\n\n*{each.description}*\n\n"
        f"{each.severity}, once it holds for {each.lasting}; what to do:"
        f" [runbook](runbooks/{each.name}.md).\n\n```promql\n{each.expr}\n```\n"
        for each in ALERTS
    ]
    return "\n".join(lines)
