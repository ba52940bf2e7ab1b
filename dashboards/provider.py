"""One provider in depth."""

from typing import Final

from dashboards.page import COMMITMENT, ORGANIZATION, PROOF, PROVIDER, Page, Row, breaches
from dashboards.panels import Look, Panel, Query
from dashboards.queries import (
    CHOSEN,
    KEPT,
    LEFT,
    NONE_IS_GOOD,
    PLAIN,
    USED,
    compliance,
    of_month,
    quantile,
    standing,
    urgent,
)

_USED: Final = "vigie_time_used_ratio"
_IN_TIME: Final = 'le=~"1([.]0)?"'
"""A bound is written `1.0` in the text format, `1` by later servers."""

_ALL: Final = 'le="+Inf"'


def _closed(labels: str, window: str) -> str:
    return f"sum(increase({_USED}_bucket{{{labels},{CHOSEN}}}[{window}]))"


PROVIDER_PAGE: Final = Page(
    uid="vigie-prestataire",
    title="Vigie – Prestataire",
    description="Un prestataire en détail : ce qu'il tient, en combien de temps, et ses pires cas.",
    english="One provider in depth: what it keeps, in what time, and its worst cases.",
    variables=(PROVIDER, COMMITMENT, ORGANIZATION),
    breaches=breaches(CHOSEN),
    content=(
        Row("Le mois"),
        Panel(
            id=1,
            look=Look.STAT,
            title="Conformité du mois courant",
            question="Quelle part de ce qui est échu ce mois-ci le prestataire a-t-il tenue?",
            english="What share of what is due this month did the provider meet in time?",
            queries=[Query(compliance("current"), "Ce mois")],
            width=6,
            height=5,
            unit="percentunit",
            decimals=1,
            thresholds=KEPT,
        ),
        Panel(
            id=2,
            look=Look.STAT,
            title="Écart avec le mois dernier",
            question="La conformité est-elle meilleure que le mois dernier?",
            english="Is compliance better than last month?",
            queries=[Query(f"({compliance('current')}) - ({compliance('previous')})", "Écart")],
            width=6,
            height=5,
            unit="percentunit",
            decimals=1,
            thresholds=LEFT,
        ),
        Panel(
            id=3,
            look=Look.STAT,
            title="Manquements du mois",
            question="Combien d'obligations échues ce mois-ci sont manquées ou en retard?",
            english="How many obligations due this month are missed or late?",
            queries=[Query(f"sum ({of_month('current', 'missed|breached')})", "Manquements")],
            width=6,
            height=5,
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=4,
            look=Look.STAT,
            title="En retard maintenant",
            question="Combien d'obligations ouvertes ont dépassé leur échéance?",
            english="How many open obligations are past their deadline?",
            queries=[Query(standing("breached"), "En retard")],
            width=6,
            height=5,
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=5,
            look=Look.BARS,
            title="Conformité du mois par engagement",
            question="Quels engagements sont tenus, lesquels ne le sont pas?",
            english="Which commitments are kept, and which are not?",
            queries=[Query(compliance("current", "commitment"), "{{commitment}}")],
            width=12,
            unit="percentunit",
            thresholds=KEPT,
            smallest=0,
            largest=1,
        ),
        Panel(
            id=6,
            look=Look.SERIES,
            title="Tendance de la conformité par engagement",
            question="La conformité du mois s'améliore-t-elle au fil des jours?",
            english="Does the compliance of the month improve as days go by?",
            queries=[Query(compliance("current", "commitment"), "{{commitment}}")],
            width=12,
            unit="percentunit",
            smallest=0,
            largest=1,
        ),
        Row("Le temps utilisé"),
        Panel(
            id=7,
            look=Look.HEAT,
            title="Temps utilisé par rapport au délai permis",
            question="Quelle part de leur délai les obligations fermées avaient-elles utilisée, au"
            " fil du temps? Au-dessus de 1 : en retard.",
            english="What share of their time had closed obligations used? Above 1: late.",
            queries=[
                Query(
                    f"sum by (le) (increase({_USED}_bucket{{{CHOSEN}}}[$__rate_interval]))",
                    "{{le}}",
                )
            ],
            width=12,
            height=10,
        ),
        Panel(
            id=8,
            look=Look.SERIES,
            title="Temps utilisé : médiane et neuf dixièmes",
            question="À quelle distance du délai ferme-t-on d'habitude, et dans les cas lents? Les"
            " lignes sont le seuil de risque et le délai du contrat.",
            english="How far from the limit do cases close as a rule, and the slow ones? The lines"
            " are the contract's mark of risk and its limit.",
            queries=[
                Query(quantile("0.5", _USED, chosen=CHOSEN), "Médiane"),
                Query(quantile("0.9", _USED, chosen=CHOSEN), "Neuf dixièmes"),
            ],
            width=12,
            height=10,
            unit="percentunit",
            thresholds=USED,
            draws_thresholds=True,
            smallest=0,
        ),
        Panel(
            id=9,
            look=Look.SERIES,
            title="Fermées à temps et en retard, par jour",
            question="Combien d'obligations se sont fermées chaque jour, à temps et en retard?",
            english="How many obligations closed each day, in time and late?",
            queries=[
                Query(_closed(_IN_TIME, "1d"), "met"),
                Query(f"{_closed(_ALL, '1d')} - {_closed(_IN_TIME, '1d')}", "missed"),
            ],
            width=12,
            by_verdict=True,
            smallest=0,
        ),
        Panel(
            id=10,
            look=Look.BARS,
            title="Délai permis par le contrat",
            question="Combien de temps ouvrable le contrat en vigueur permet-il?",
            english="How much business time does the contract in force allow?",
            queries=[
                Query(
                    "max by (commitment) (vigie_commitment_limit_business_seconds"
                    '{commitment=~"$commitment"})',
                    "{{commitment}}",
                )
            ],
            width=12,
            unit="dtdurations",
            thresholds=PLAIN,
            smallest=0,
        ),
        Row("Les cas"),
        Panel(
            id=11,
            look=Look.TABLE,
            title="Les pires cas ouverts",
            question="Quels cas ouverts sont le plus en retard, en temps ouvrable, et où en est la"
            " preuve?",
            english="Which open cases are the latest, in business time, and where is the proof?",
            queries=[Query(f"sort({urgent()} < 0)")],
            width=12,
            height=9,
            columns={
                "case": "Cas",
                "provider": "Prestataire",
                "commitment": "Engagement",
                "Value": "Temps ouvrable restant",
            },
            units={"Value": "dtdurations"},
            thresholds=LEFT,
            link=("La preuve de ce cas", PROOF),
        ),
        Panel(
            id=12,
            look=Look.TABLE,
            title="Par organisme",
            question="Pour quels organismes ce prestataire tient-il ses engagements?",
            english="For which public bodies does the provider keep its commitments?",
            queries=[
                Query(
                    "sum by (organization) (max by (organization, provider, verdict)"
                    f' (vigie_organization_obligations{{verdict=~"{verdicts}",'
                    'provider=~"$provider",organization=~"$organization"}))'
                )
                for verdicts in ("met", "missed|breached", "pending|at_risk|unknown")
            ],
            width=12,
            height=9,
            columns={
                "organization": "Organisme",
                "Value #A": "Tenues",
                "Value #B": "Manquées ou en retard",
                "Value #C": "Autres ouvertes",
            },
            thresholds=PLAIN,
        ),
    ),
)
