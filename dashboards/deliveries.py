"""Deliveries: local places against remote ones."""

from typing import Final

from dashboards.page import PROVIDER, REGION, Page, Row, breaches
from dashboards.panels import Look, Panel, Query
from dashboards.queries import (
    BY_PLACE,
    KEPT,
    NONE_IS_GOOD,
    PLAIN,
    USED,
    compliance,
    of_month,
    quantile,
    standing,
)

_CHOSEN: Final = f'provider=~"$provider",region=~"$region",commitment=~"{BY_PLACE}"'
_COMMITMENTS: Final = f'provider=~"$provider",commitment=~"{BY_PLACE}"'
_DAY: Final = 86_400

DELIVERIES: Final = Page(
    uid="vigie-livraisons",
    title="Vigie – Livraisons par région",
    description="Les livraisons en régions locales et éloignées, l'une contre l'autre.",
    english="Deliveries in local and in remote regions, one against the other.",
    variables=(PROVIDER, REGION),
    breaches=breaches(_COMMITMENTS),
    content=(
        Row("Le mois"),
        Panel(
            id=1,
            look=Look.STAT,
            title="Conformité du mois courant par région",
            question="Les livraisons échues ce mois-ci sont-elles arrivées à temps, près et loin?",
            english="Did the deliveries due this month come in time, near and far?",
            queries=[Query(compliance("current", "region", _CHOSEN), "{{region}}")],
            width=8,
            height=5,
            unit="percentunit",
            decimals=1,
            thresholds=KEPT,
        ),
        Panel(
            id=2,
            look=Look.STAT,
            title="Conformité du mois dernier par région",
            question="Et le mois dernier?",
            english="And last month?",
            queries=[Query(compliance("previous", "region", _CHOSEN), "{{region}}")],
            width=8,
            height=5,
            unit="percentunit",
            decimals=1,
            thresholds=KEPT,
        ),
        Panel(
            id=3,
            look=Look.STAT,
            title="Livraisons en retard",
            question="Combien de livraisons ouvertes ont dépassé leur échéance?",
            english="How many open deliveries are past their deadline?",
            queries=[
                Query(standing("breached", "commitment", _COMMITMENTS), "{{commitment}}"),
            ],
            width=8,
            height=5,
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=4,
            look=Look.TABLE,
            title="Livraisons du mois par prestataire et région",
            question="Combien de livraisons échoient ce mois-ci, combien sont tenues, combien ne le"
            " sont pas?",
            english="How many deliveries are due this month, how many are met, and how many not?",
            queries=[
                Query(f"sum by (provider, region) ({of_month('current', verdicts, _CHOSEN)})")
                for verdicts in (".+", "met", "missed|breached")
            ],
            width=12,
            columns={
                "provider": "Prestataire",
                "region": "Région",
                "Value #A": "Échéance ce mois",
                "Value #B": "Tenues",
                "Value #C": "Manquées ou en retard",
            },
            thresholds=PLAIN,
        ),
        Panel(
            id=5,
            look=Look.BARS,
            title="Délai permis",
            question="Combien de jours ouvrables le contrat permet-il, selon la région?",
            english="How many business days does the contract allow, by region?",
            queries=[
                Query(
                    "max by (commitment) (vigie_commitment_limit_business_seconds"
                    f'{{commitment=~"{BY_PLACE}"}}) / {_DAY}',
                    "{{commitment}}",
                )
            ],
            width=12,
            unit="d",
            thresholds=PLAIN,
            smallest=0,
        ),
        Row("Dans le temps"),
        Panel(
            id=6,
            look=Look.SERIES,
            title="Conformité du mois par région, au fil des jours",
            question="Les régions éloignées sont-elles servies aussi bien que les locales?",
            english="Are remote regions served as well as local ones?",
            queries=[Query(compliance("current", "region", _CHOSEN), "{{region}}")],
            width=12,
            unit="percentunit",
            smallest=0,
            largest=1,
        ),
        Panel(
            id=7,
            look=Look.SERIES,
            title="Temps utilisé par rapport au délai (neuf dixièmes)",
            question="Quelle part du délai neuf livraisons sur dix utilisent-elles au plus?",
            english="What share of their time do nine deliveries in ten use at most?",
            queries=[
                Query(
                    quantile("0.9", "vigie_time_used_ratio", "commitment", _COMMITMENTS),
                    "{{commitment}}",
                )
            ],
            width=12,
            unit="percentunit",
            thresholds=USED,
            draws_thresholds=True,
            smallest=0,
        ),
        Panel(
            id=8,
            look=Look.SERIES,
            title="Livraisons du mois par verdict",
            question="Comment se présentent les livraisons dont l'échéance tombe ce mois-ci?",
            english="How do the deliveries stand whose deadline lies in this month?",
            queries=[
                Query(f"sum by (verdict) ({of_month('current', '.+', _CHOSEN)})", "{{verdict}}")
            ],
            width=24,
            by_verdict=True,
            smallest=0,
        ),
    ),
)
