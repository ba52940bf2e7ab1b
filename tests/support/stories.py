"""Stories to render: an obligation at an instant, with the step that fires for it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.alerts.escalation import Recipient
from monitor.alerts.notification import Notification
from monitor.alerts.policy import Policy
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.situation import Fired, Situation
from monitor.alerts.render import Story, render
from monitor.cases.evaluate import AN_INSTANT, Judgement, evaluate, run_of
from monitor.cases.observation import CaseKey
from monitor.cases.timeline import build_timeline
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import CaseKind, Commitment, ContractVersion, Status
from monitor.locale import LanguageCode, language
from tests.support.cases import commitment, said, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))
MANAGER = Recipient(role="contract-manager", channel="mail", address="gestion@example.org")

RESTORATION = commitment(
    "24 h",
    id="service-restoration",
    label={"fr": "Rétablissement", "en": "Restoration"},
    stop_statuses=frozenset({Status.RESTORED, Status.CLOSED}),
    source={"document": "Description du service", "clause": "Niveaux de service, ligne 7"},
)
DELIVERY = commitment(
    "3 d",
    id="delivery-local",
    label={"fr": "Livraison en région locale", "en": "Delivery in a local region"},
    case_kind=CaseKind.ORDER,
    stop_statuses=frozenset({Status.DELIVERED}),
    source={"document": "Description du service", "clause": "Niveaux de service, ligne 1"},
)
BILLING = commitment(
    "20 d",
    id="billing-report",
    category="billing-report",
    label={"fr": "Rapports de facturation", "en": "Billing reports"},
    case_kind=CaseKind.DELIVERABLE,
    stop_statuses=frozenset({Status.DELIVERED}),
    source={"document": "Description du service", "clause": "Niveaux de service, ligne 8"},
)
CONTRACT = ContractVersion.model_validate(
    {
        "id": "essai",
        "version": "1",
        "title": {"fr": "Essai", "en": "Test"},
        "effective_from": "2020-01-01",
        "zone": "America/Toronto",
        "source": {"document": "Description du service", "clause": "Niveaux de service"},
        "support_hours": "quebec-support",
        "business_days": "quebec-days",
        "providers": [{"id": "telus", "name": "TELUS", "rank": 1}],
        "contacts": [
            {
                "provider": "telus",
                "subject": "technical-support",
                "label": {"fr": "Services techniques", "en": "Technical services"},
                "phone": "1 855 555-0100, option 2",
                "email": "soutien@example.com",
            }
        ],
        "commitments": [RESTORATION, DELIVERY, BILLING],
    }
)


def story(
    promise: Commitment,
    received_at: str,
    statuses: Sequence[tuple[str, str]],
    now: str,
    *,
    just_after: bool = False,
    silent_since: str | None = None,
    fired: Iterable[Fired] = (),
    ref: str = "INC-4711",
    region_provisional: bool = False,
    raw: str | None = None,
    **changes: Any,
) -> Story:
    """The story the shipped policy tells of a case at `now`, Québec time."""
    key = CaseKey("telus", promise.case_kind, ref)
    first = said("received", received_at, received_at=received_at, key=key, **changes)
    rest = [said(s, at, received_at=received_at, key=key, **changes) for s, at in statuses]
    if raw is not None:
        rest = [replace(statement, raw_status=raw) for statement in rest]
    clock = DAYS if promise.calendar == "quebec-days" else HOURS
    at = utc(now) + (AN_INSTANT if just_after else timedelta())
    silent_at = None if silent_since is None else utc(silent_since)
    case = build_timeline([first, *rest])
    run = run_of(promise, case, clock)
    evaluation = evaluate(promise, case, clock, Judgement(now=at, silent_since=silent_at))
    decision = decide(
        Policy(),
        Situation(
            provider="telus",
            commitment=promise,
            run=run,
            evaluation=evaluation,
            hours_clock=HOURS,
            days_clock=DAYS,
            fired=tuple(fired),
            now=at,
        ),
    )
    assert decision.told is not None, decision.reason
    return Story(
        timeline=case,
        run=run,
        commitment=promise,
        contract=CONTRACT,
        evaluation=evaluation,
        firing=decision.told,
        upcoming=decision.upcoming,
        now=at,
        confirmed_at=silent_at,
        region_provisional=region_provisional,
    )


def rendered(
    told: Story, lang: LanguageCode = "fr", recipient: Recipient = MANAGER
) -> Notification:
    return render(told, recipient, language(lang))
