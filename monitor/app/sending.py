"""Issued reports put in the outbox, for whom they concern."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog

from monitor.alerts.escalation import REPORT, Recipient, Tone
from monitor.alerts.notification import Enclosure, Notification, identity
from monitor.alerts.policy.addressing import those_concerned, without_doubles
from monitor.alerts.subject import Subject
from monitor.contract.model import Contact
from monitor.locale import language
from monitor.reports.cover import Enclosed, cover
from monitor.reports.form import Form
from monitor.reports.forms import Made
from monitor.reports.report import Report
from monitor.settings.reports import SendSettings
from monitor.store.database import Database
from monitor.store.enclosures import ReportLetters

MEDIA_TYPES = {
    Form.PDF: "application/pdf",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv",
    Form.JSON: "application/json",
    Form.HTML: "text/html",
}
_MEGABYTE = 1_000_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """Who may be told at all, as configured, and whom the contract says to reach."""

    recipients: Sequence[Recipient]
    contacts: Sequence[Contact]

    def concerned(self, report: Report, roles: Sequence[str]) -> Sequence[Recipient]:
        """The holders of these roles who may see a report of this scope.

        Whoever is bound to a provider or an organisation sees the reports of that one alone: one of
        all has the figures of others in it.
        """
        about = Subject(
            provider=report.scope.provider or "",
            commitment="",
            organization=report.scope.organization,
            key=None,
        )
        holders = [each for each in self.recipients if each.role in roles]
        return without_doubles(those_concerned(holders, about, self.contacts))


class Dispatch:
    """Puts reports in the outbox: each once to each, whatever ends midway."""

    def __init__(self, database: Database, addressing: Addressing) -> None:
        self._letters = ReportLetters(database)
        self._addressing = addressing

    def send(
        self,
        name: str,
        terms: SendSettings,
        report: Report,
        files: Iterable[Made],
        *,
        folder: str,
        now: datetime,
    ) -> int:
        """Queue it for all whom it concerns; how many were not queued before.

        The key of a message is of the report's name, its period and scope, and the recipient: made
        again after a crash, the same report finds it there.
        """
        assert report.issue is not None  # noqa: S101 - only what was issued goes out
        recipients = self._addressing.concerned(report, terms.to)
        if not recipients:
            _log.warning(
                "report_untold",
                report=name,
                period=str(report.period),
                provider=report.scope.provider,
                organization=report.scope.organization,
                roles=list(terms.to),
            )
            return 0
        wanted = [each for each in files if terms.attach is None or each.form in terms.attach]
        attached, left_out = _fitting(wanted, terms.up_to_mb * _MEGABYTE)
        enclosures = [_enclosure(each) for each in attached]
        contents = {
            kept.sha256: each.content for kept, each in zip(enclosures, attached, strict=True)
        }
        listed = _listed(attached), _listed(left_out)
        covers = {
            code: cover(report, *listed, folder, language("en" if code == "en" else "fr"))
            for code in {each.lang for each in recipients}
        }
        thread = _thread(name, report)
        letters = [
            Notification(
                key=identity(thread, REPORT, "", each.role, each.channel, each.address),
                channel=each.channel,
                address=each.address,
                role=each.role,
                lang=each.lang,
                subject=covers[each.lang].subject,
                text=covers[each.lang].text,
                html=covers[each.lang].html,
                thread=thread,
                step=REPORT,
                created_at=now,
                fields=_fields(name, report),
                enclosures=enclosures,
            )
            for each in recipients
        ]
        return self._letters.queue(report.issue.number, letters, contents, now)


def _enclosure(file: Made) -> Enclosure:
    return Enclosure(
        name=file.name,
        media_type=MEDIA_TYPES[file.form],
        sha256=sha256(file.content).hexdigest(),
        size=len(file.content),
    )


def _fitting(files: Sequence[Made], most: int) -> tuple[list[Made], list[Made]]:
    """The first that fit together, in the order asked for, and those that do not."""
    attached: list[Made] = []
    left_out: list[Made] = []
    room = most
    for each in files:
        fits = len(each.content) <= room
        (attached if fits else left_out).append(each)
        room -= len(each.content) if fits else 0
    return attached, left_out


def _listed(files: Sequence[Made]) -> list[Enclosed]:
    return [Enclosed(name=each.name, size=len(each.content)) for each in files]


def _thread(name: str, report: Report) -> str:
    scope = report.scope
    return ":".join(
        ("report", name, str(report.period), scope.provider or "", scope.organization or "")
    )


def _fields(name: str, report: Report) -> dict[str, str]:
    return {
        "report": name,
        "period": str(report.period),
        "number": "" if report.issue is None else str(report.issue.number),
        "provider": report.scope.provider or "",
        "organization": report.scope.organization or "",
        "tone": str(Tone.NOTE),
    }
