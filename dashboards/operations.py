"""Vigie itself: does it watch, judge and tell?"""

from typing import Final

from dashboards.page import Page, Row
from dashboards.panels import Look, Panel, Query
from dashboards.queries import NONE_IS_BETTER, NONE_IS_GOOD, PLAIN, quantile

_WHOLE: Final = ((None, "#D55E00"), (1.0, "#0072B2"))
_TICK_LATE: Final = ((None, "#0072B2"), (120.0, "#E69F00"), (300.0, "#D55E00"))
_MESSAGE_LATE: Final = ((None, "#0072B2"), (300.0, "#E69F00"), (900.0, "#D55E00"))


def _stat(id_: int, title: str, question: str, english: str, expr: str, **drawn: object) -> Panel:
    return Panel(
        id=id_,
        look=Look.STAT,
        title=title,
        question=question,
        english=english,
        queries=[Query(expr, title)],
        width=4,
        height=5,
        **drawn,  # type: ignore[arg-type]  # the panel's own fields
    )


def _series(
    id_: int, title: str, question: str, english: str, *queries: Query, **drawn: object
) -> Panel:
    return Panel(
        id=id_,
        look=Look.SERIES,
        title=title,
        question=question,
        english=english,
        queries=queries,
        width=8,
        smallest=0,
        **drawn,  # type: ignore[arg-type]  # the panel's own fields
    )


OPERATIONS: Final = Page(
    uid="vigie-exploitation",
    title="Vigie – Exploitation",
    description="Vigie elle-même : interroge-t-elle, juge-t-elle, prévient-elle?",
    english="Vigie itself: does it ask, judge and tell?",
    since="now-24h",
    content=(
        Row("Est-ce que ça marche?"),
        _stat(
            1,
            "Démons",
            "Combien de démons partagent la base?",
            "How many daemons share the database?",
            "max(vigie_replicas)",
            thresholds=_WHOLE,
        ),
        _stat(
            2,
            "Base lisible",
            "La base a-t-elle pu être lue par tous?",
            "Could all of them read the database?",
            "min(vigie_stored_readable)",
            thresholds=_WHOLE,
        ),
        _stat(
            3,
            "Âge du dernier tour",
            "Depuis combien de temps rien n'a-t-il été jugé?",
            "For how long has nothing been judged?",
            "max(vigie_clock_timestamp_seconds - vigie_tick_last_timestamp_seconds)",
            unit="dtdurations",
            thresholds=_TICK_LATE,
        ),
        _stat(
            4,
            "Messages en attente",
            "Combien d'avis attendent d'être livrés?",
            "How many notifications wait to be delivered?",
            'max(vigie_outbox_depth{state="queued"})',
            thresholds=PLAIN,
        ),
        _stat(
            5,
            "Messages abandonnés",
            "Combien d'avis n'ont pu être livrés à personne?",
            "How many notifications could not be delivered to anybody?",
            'max(vigie_outbox_depth{state="dead"})',
            thresholds=NONE_IS_GOOD,
        ),
        _stat(
            6,
            "Sources muettes",
            "Combien de sources se taisent depuis trop longtemps?",
            "How many sources have been silent for too long?",
            "sum(max by (source) (vigie_source_stale))",
            thresholds=NONE_IS_GOOD,
        ),
        Row("Juger"),
        _series(
            7,
            "Durée des tours",
            "Combien de temps un tour de jugement prend-il?",
            "How long does a tick take?",
            Query(quantile("0.5", "vigie_tick_duration_seconds"), "Médiane"),
            Query(quantile("0.99", "vigie_tick_duration_seconds"), "99 sur 100"),
            unit="s",
        ),
        _series(
            8,
            "Tours et échecs",
            "Les boucles tournent-elles, et lesquelles échouent?",
            "Do the loops come round, and which ones fail?",
            Query("sum(rate(vigie_tick_duration_seconds_count[$__rate_interval]))", "tours/s"),
            Query("max by (loop) (vigie_loop_failures)", "échecs : {{loop}}"),
        ),
        _series(
            9,
            "Paliers déclenchés",
            "Quels paliers de la politique se déclenchent, et combien?",
            "Which steps of the policy fire, and how many?",
            Query(
                "sum by (step) (increase(vigie_escalations_total[$__rate_interval]))", "{{step}}"
            ),
        ),
        Row("Interroger"),
        _series(
            10,
            "Interrogations et poussées par issue",
            "Comment finissent les interrogations des sources, et ce qu'elles poussent?",
            "How do polls of the sources end, and what they push?",
            Query(
                "sum by (outcome) (rate(vigie_source_polls_total[$__rate_interval]))",
                "{{outcome}}",
            ),
            Query(
                "sum by (outcome) (rate(vigie_source_pushes_total[$__rate_interval]))",
                "poussées : {{outcome}}",
            ),
            unit="ops",
        ),
        _series(
            11,
            "Durée des interrogations",
            "Combien de temps 95 interrogations sur 100 prennent-elles au plus?",
            "How long do 95 polls in 100 take at most?",
            Query(quantile("0.95", "vigie_source_poll_duration_seconds", "source"), "{{source}}"),
            unit="s",
        ),
        _series(
            12,
            "Observations reçues",
            "Combien de constats nouveaux chaque source donne-t-elle?",
            "How many new statements does each source make?",
            Query(
                "max by (source) (rate(vigie_observations_total[$__rate_interval]))", "{{source}}"
            ),
            unit="ops",
        ),
        Panel(
            id=13,
            look=Look.TABLE,
            title="État des sources",
            question="Quelles sources se taisent, échouent, disent de l'illisible, et qui les"
            " interroge?",
            english="Which sources are silent, fail, say what cannot be read, and are they polled?",
            queries=[
                Query("max by (source) (vigie_source_stale)"),
                Query('max by (source) (vigie_source_circuit{state="open"})'),
                Query("max by (source) (vigie_quarantine_records)"),
                Query("max by (source) (vigie_unknown_status_observations)"),
                Query("sum by (source) (vigie_source_lease_held)"),
            ],
            width=24,
            columns={
                "source": "Source",
                "Value #A": "Muette",
                "Value #B": "Disjoncteur ouvert",
                "Value #C": "En quarantaine",
                "Value #D": "Statuts inconnus",
                "Value #E": "Interrogée par",
            },
            thresholds=PLAIN,
        ),
        Row("Prévenir"),
        _series(
            14,
            "Retard des avis",
            "Combien de temps après l'instant qu'il annonce un avis est-il remis?",
            "How long after the instant that it tells of is a notification handed over?",
            Query(quantile("0.5", "vigie_escalation_latency_seconds"), "Médiane"),
            Query(quantile("0.95", "vigie_escalation_latency_seconds"), "95 sur 100"),
            unit="s",
        ),
        _series(
            15,
            "Livraisons par issue",
            "Comment finissent les tentatives de livraison, par canal?",
            "How do attempts to deliver end, by channel?",
            Query(
                "sum by (channel, outcome) (increase(vigie_notifications_total[$__rate_interval]))",
                "{{channel}} : {{outcome}}",
            ),
        ),
        _series(
            16,
            "Attente du plus ancien avis",
            "Depuis combien de temps le plus ancien avis attend-il?",
            "For how long has the oldest notification waited?",
            Query("max(vigie_outbox_oldest_age_seconds)", "Attente"),
            unit="dtdurations",
            thresholds=_MESSAGE_LATE,
            draws_thresholds=True,
        ),
        _series(
            17,
            "Replis",
            "Combien d'avis ont pris un autre canal que le leur?",
            "How many notifications went by another channel than their own?",
            Query(
                "sum by (channel) (increase(vigie_fallbacks_total[$__rate_interval]))",
                "{{channel}}",
            ),
        ),
        _series(
            18,
            "En sourdine",
            "De combien d'obligations ne prévient-on personne, combien de mises en sourdine?",
            "Of how many obligations is nobody told, and how many silences last?",
            Query("sum(vigie_muted_obligations) or vector(0)", "obligations"),
            Query("max(vigie_silences)", "mises en sourdine"),
        ),
        _series(
            19,
            "Cas non surveillés",
            "Combien de cas ne sont pas surveillés, et pourquoi?",
            "How many cases are not watched, and why?",
            Query("max by (kind) (vigie_case_faults)", "{{kind}}"),
            thresholds=NONE_IS_BETTER,
        ),
        Row("La base et le programme"),
        _series(
            20,
            "Taille de la base",
            "Quelle place la base prend-elle?",
            "How much room does the database take?",
            Query("max(vigie_database_size_bytes)", "Base"),
            unit="bytes",
        ),
        _series(
            21,
            "Lecture de la base par relevé",
            "Combien de temps un relevé lit-il la base?",
            "How long does a scrape read the database?",
            Query("max by (instance) (vigie_stored_read_duration_seconds)", "{{instance}}"),
            unit="s",
        ),
        _series(
            22,
            "Mémoire",
            "Quelle mémoire chaque démon occupe-t-il?",
            "How much memory does each daemon take?",
            Query(
                "max by (instance) (process_resident_memory_bytes"
                " * on (instance) group_left () group by (instance) (vigie_build_info))",
                "{{instance}}",
            ),
            unit="bytes",
        ),
        _series(
            23,
            "Processeur",
            "Quelle part d'un processeur chaque démon prend-il?",
            "What share of a processor does each daemon take?",
            Query(
                "sum by (instance) (rate(process_cpu_seconds_total[$__rate_interval])"
                " * on (instance) group_left () group by (instance) (vigie_build_info))",
                "{{instance}}",
            ),
            unit="percentunit",
        ),
        _series(
            24,
            "Séries repliées",
            "Des mesures ont-elles plus de séries que leur plafond?",
            "Have metrics more series than their ceiling?",
            Query(
                "sum(increase(vigie_label_sets_folded_total[$__rate_interval])) or vector(0)",
                "repliées",
            ),
        ),
        Panel(
            id=25,
            look=Look.TABLE,
            title="Versions à l'œuvre",
            question="Quel programme, quelles données de fuseaux et quel contrat sont à l'œuvre?",
            english="Which program, time zone data and contract are at work?",
            queries=[Query("max by (instance, version, tzdata, contract) (vigie_build_info)")],
            width=24,
            height=5,
            columns={
                "version": "Vigie",
                "tzdata": "Fuseaux",
                "contract": "Contrat",
            },
            thresholds=PLAIN,
        ),
    ),
)
