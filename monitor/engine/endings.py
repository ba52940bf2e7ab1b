"""Silences that are about to end are announced, once, where they kept something quiet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from monitor.alerts.escalation import Recipient, Role
from monitor.alerts.interventions import Silencing
from monitor.alerts.notification import Notification
from monitor.alerts.policy.addressing import without_doubles
from monitor.alerts.render.ending import render_ending
from monitor.clock import zone
from monitor.engine.rules import Rules
from monitor.locale import LanguageCode, language

BEFORE = timedelta(hours=1)
"""How long before its end a silence is announced; a short one, from its middle on."""

_ROLES = (Role.CONTRACT_MANAGER, Role.ON_CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A silence about to end, that was not announced yet."""

    rule: Silencing
    kept_quiet: int
    """Open obligations of which a step fired in it."""
    escalation_id: int
    """One of those steps, which the message is kept with."""


class EndingsStore(Protocol):
    """What announcing needs of the store."""

    def endings(self, now: datetime, before: timedelta) -> Sequence[Ending]:
        """Silences that end within `before` and kept something quiet, not announced yet."""

    def announce(self, ending: Ending, sent: Sequence[Notification], at: datetime) -> None:
        """Queue the messages and remember it, in one transaction; once, whoever comes first."""


def announce_endings(store: EndingsStore, rules: Rules, now: datetime) -> int:
    """Announce what is to be; how many silences were."""
    announced = 0
    for ending in store.endings(now, BEFORE):
        rule = ending.rule
        if now < rule.starts_at + (rule.ends_at - rule.starts_at) / 2:
            continue
        local = zone(rules.book.versions[-1].zone)
        sent = []
        for recipient in _told(rules, rule):
            code: LanguageCode = "en" if recipient.lang == "en" else "fr"
            sent.append(
                render_ending(
                    rule,
                    ending.kept_quiet,
                    recipient,
                    now=now,
                    zone=local,
                    language=language(code),
                )
            )
        store.announce(ending, sent, now)
        announced += 1
    return announced


def _told(rules: Rules, rule: Silencing) -> tuple[Recipient, ...]:
    """Those on the contract's side who answer for what it keeps quiet."""
    providers = rule.matchers.get("provider")
    return without_doubles(
        each
        for role in _ROLES
        for each in rules.recipients
        if each.role == role
        and each.address
        and (each.provider is None or providers is None or each.provider in providers)
    )
