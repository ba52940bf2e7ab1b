"""What a contract manager looks at first."""

from typing import Final

from dashboards.page import COMMITMENT, ORGANIZATION, PROOF, PROVIDER, Page, Row, breaches
from dashboards.panels import Look, Panel, Query
from dashboards.queries import (
    CHOSEN,
    KEPT,
    LEFT,
    NONE_IS_BETTER,
    NONE_IS_GOOD,
    PLAIN,
    compliance,
    condition,
    deliverables,
    of_month,
    standing,
    urgent,
)

_TO_PROVIDER: Final = (
    "Ce prestataire en détail",
    "/d/vigie-prestataire?var-provider=${__data.fields.Prestataire}&${__url_time_range}",
)

OVERVIEW: Final = Page(
    uid="vigie-ensemble",
    title="Vigie – Vue d'ensemble",
    description="Le respect des engagements ce mois-ci, et ce qui presse maintenant.",
    english="Whether the commitments are kept this month, and what is urgent now.",
    variables=(PROVIDER, COMMITMENT, ORGANIZATION),
    breaches=breaches(CHOSEN),
    content=(
        Row("Le mois"),
        Panel(
            id=1,
            look=Look.STAT,
            title="Conformité du mois courant",
            question="Quelle part des obligations échues ce mois-ci a été tenue à temps? Celles qui"
            " sont en retard et encore ouvertes comptent comme manquées.",
            english="What share of the obligations due this month was met in time? Those that are"
            " late and still open count as missed.",
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
            title="Conformité du mois dernier",
            question="Quelle part des obligations échues le mois dernier a été tenue à temps?",
            english="What share of the obligations due last month was met in time?",
            queries=[Query(compliance("previous"), "Mois dernier")],
            width=6,
            height=5,
            unit="percentunit",
            decimals=1,
            thresholds=KEPT,
        ),
        Panel(
            id=3,
            look=Look.STAT,
            title="En retard",
            question="Combien d'obligations ouvertes ont dépassé leur échéance?",
            english="How many open obligations are past their deadline?",
            queries=[Query(standing("breached"), "En retard")],
            width=4,
            height=5,
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=4,
            look=Look.STAT,
            title="À risque",
            question="Combien d'obligations ouvertes ont utilisé assez de leur délai pour être à"
            " risque, selon le contrat?",
            english="How many open obligations have used enough of their time to be at risk, by the"
            " contract?",
            queries=[Query(standing("at_risk"), "À risque")],
            width=4,
            height=5,
            thresholds=NONE_IS_BETTER,
        ),
        Panel(
            id=5,
            look=Look.STAT,
            title="Inconnues",
            question="De combien d'obligations ne peut-on rien dire, leur source se taisant?",
            english="Of how many obligations can nothing be said, as their source is silent?",
            queries=[Query(standing("unknown"), "Inconnues")],
            width=4,
            height=5,
            thresholds=NONE_IS_BETTER,
        ),
        Panel(
            id=6,
            look=Look.TABLE,
            title="Conformité par prestataire et engagement",
            question="Qui tient quel engagement, ce mois-ci et le mois dernier, et sur combien"
            " d'obligations échues?",
            english="Who keeps which commitment, this month and last, and of how many obligations"
            " due?",
            queries=[
                Query(compliance("current", "provider, commitment")),
                Query(compliance("previous", "provider, commitment")),
                Query(
                    "sum by (provider, commitment)"
                    f" ({of_month('current', 'met|missed|breached')}) > 0"
                ),
            ],
            width=14,
            height=10,
            columns={
                "provider": "Prestataire",
                "commitment": "Engagement",
                "Value #A": "Ce mois",
                "Value #B": "Mois dernier",
                "Value #C": "Échues ce mois",
            },
            units={"Value #A": "percentunit", "Value #B": "percentunit"},
            thresholds=KEPT,
            link=_TO_PROVIDER,
        ),
        Panel(
            id=7,
            look=Look.BARS,
            title="Obligations par verdict",
            question="Comment se répartissent toutes les obligations conservées?",
            english="How do all obligations kept divide between the verdicts?",
            queries=[Query(standing(".+", "verdict"), "{{verdict}}")],
            width=10,
            height=10,
            by_verdict=True,
            smallest=0,
        ),
        Panel(
            id=13,
            look=Look.TABLE,
            title="Conditions du contrat",
            question="De combien de commandes échues la preuve que le contrat exige manque-t-elle :"
            " la dérogation pour le deuxième rang, l'autorisation pour un appareil payant?",
            english="Of how many orders due is the proof missing that the contract requires: the"
            " derogation for the second rank, the authorisation for a device at a cost?",
            queries=[
                Query(condition("vigie_condition_unproven", "current")),
                Query(condition("vigie_condition_unproven", "previous")),
                Query(condition("vigie_condition_commitments", "current")),
            ],
            width=10,
            height=7,
            columns={
                "condition": "Condition",
                "provider": "Prestataire",
                "Value #A": "Sans preuve ce mois",
                "Value #B": "Le mois dernier",
                "Value #C": "Visées ce mois",
            },
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=14,
            look=Look.TABLE,
            title="Rapports dus par les prestataires",
            question="Combien de rapports de facturation et de dépenses sont venus en retard ou"
            " manquent encore?",
            english="How many billing and expenditure reports came late or are missing still?",
            queries=[Query(deliverables(month)) for month in ("current", "previous")],
            width=10,
            height=7,
            columns={
                "commitment": "Rapport",
                "provider": "Prestataire",
                "Value #A": "En retard ce mois",
                "Value #B": "Le mois dernier",
            },
            thresholds=NONE_IS_GOOD,
        ),
        Panel(
            id=15,
            look=Look.STAT,
            title="Achats hors prestataire",
            question="Combien d'achats du mois un fichier déclare-t-il avoir été faits ailleurs que"
            " chez le prestataire?",
            english="How many purchases of the month does a file state to have been made from"
            " another than the provider?",
            queries=[
                Query(
                    'sum (max by (condition) (vigie_condition_purchases{month="current"}))',
                    "Achats",
                )
            ],
            width=4,
            height=7,
            thresholds=NONE_IS_GOOD,
        ),
        Row("Maintenant"),
        Panel(
            id=8,
            look=Look.TABLE,
            title="Les plus urgentes",
            question="Quelles obligations échoient les premières, et combien de temps ouvrable leur"
            " reste-t-il? Négatif : en retard.",
            english="Which obligations are due first, and how much business time have they left?"
            " Negative: late.",
            queries=[Query(f"sort({urgent()})")],
            width=14,
            height=10,
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
            id=9,
            look=Look.BARS,
            title="Fraîcheur des sources",
            question="Depuis combien de temps tout ce que tient une source n'est-il plus connu?",
            english="For how long has not all been known that a source holds?",
            queries=[
                Query(
                    "max(vigie_clock_timestamp_seconds) - on () group_right ()"
                    " (max by (source) (vigie_source_last_success_timestamp_seconds) > 0)",
                    "{{source}}",
                )
            ],
            width=10,
            height=10,
            unit="dtdurations",
            smallest=0,
        ),
        Row("Dans le temps"),
        Panel(
            id=10,
            look=Look.SERIES,
            title="Obligations ouvertes par verdict",
            question="Comment ce qui est ouvert a-t-il évolué? Les traits verticaux sont les"
            " manquements.",
            english="How did what is open develop? Vertical lines are breaches.",
            queries=[Query(standing("pending|at_risk|breached|unknown", "verdict"), "{{verdict}}")],
            width=12,
            height=9,
            by_verdict=True,
            smallest=0,
        ),
        Panel(
            id=11,
            look=Look.SERIES,
            title="Conformité du mois, au fil des jours",
            question="Comment la conformité du mois courant évolue-t-elle, par prestataire?",
            english="How does the compliance of the current month develop, by provider?",
            queries=[Query(compliance("current", "provider"), "{{provider}}")],
            width=12,
            height=9,
            unit="percentunit",
            smallest=0,
            largest=1,
            thresholds=KEPT,
        ),
        Panel(
            id=12,
            look=Look.TABLE,
            title="Organismes touchés",
            question="Quels organismes publics ont des obligations en retard ou à risque?",
            english="Which public bodies have obligations that are late or at risk?",
            queries=[
                Query(
                    "sum by (organization) (max by (organization, provider, verdict)"
                    f' (vigie_organization_obligations{{verdict="{verdict}",provider=~"$provider",'
                    'organization=~"$organization"}))'
                )
                for verdict in ("breached", "at_risk")
            ],
            width=24,
            height=8,
            columns={
                "organization": "Organisme",
                "Value #A": "En retard",
                "Value #B": "À risque",
            },
            thresholds=PLAIN,
        ),
    ),
)
