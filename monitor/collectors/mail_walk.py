"""One poll of a mailbox: each message that came since is read once, by the rule that is for it."""

import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from monitor.collectors.base import Batch, PollWindow, Quarantined
from monitor.collectors.batches import Read
from monitor.collectors.file_rows import FileRows
from monitor.collectors.mail import Mail, read_mail
from monitor.collectors.mail_cursor import MailCursor
from monitor.collectors.mail_rules import MailRule, recognise
from monitor.collectors.mailbox import Envelope, ImapMailbox
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.partial import completed
from monitor.collectors.rejections import Rejections, file_reason
from monitor.collectors.snapshots import Conclusion, conclude
from monitor.collectors.table import UnreadableFile
from monitor.locale.marking import N_, Said

_LARGEST = 32 * 1024**2
"""Bytes of a message that is fetched at all."""


@dataclass(frozen=True, slots=True)
class RuleReader:
    """A rule, and what reads the records it finds."""

    rule: MailRule
    mapping: MappingSettings
    rows: FileRows


class MailWalk:
    """Runs once."""

    def __init__(
        self,
        *,
        mailbox: ImapMailbox,
        readers: Sequence[RuleReader],
        verified_by: str | None,
        cursor: MailCursor,
        window: PollWindow,
    ) -> None:
        self._mailbox = mailbox
        self._readers = readers
        self._rules = [reader.rule for reader in readers]
        self._verified_by = verified_by
        self._cursor = cursor
        self._window = window
        self._deadline = monotonic() + window.budget.total_seconds()
        self._warnings: list[str] = []

    def run(self) -> Iterator[Batch]:
        """Batch by batch; a message is marked as read in the transaction of its last one."""
        before = self._cursor.dump()
        if self._cursor.renumber(self._mailbox.validity()):
            self._warnings.append(
                "the folder was numbered anew (UIDVALIDITY): it is gone through from its start, and"
                " what was read before is known by its Message-ID"
            )
        envelopes = self._mailbox.after(self._cursor.uid)
        left = len(envelopes)
        for envelope in envelopes:
            if monotonic() > self._deadline:
                break
            yield from self._take(envelope)
            left -= 1
        yield Batch(
            cursor=self._cursor.dump() if self._cursor.dump() != before else None,
            # What is left over is the next poll's; until then nothing is known of it.
            complete=not left,
            as_of=self._cursor.latest,
            vouches=self._cursor.latest is not None,
            warnings=self._warnings,
        )

    def _take(self, envelope: Envelope) -> Iterator[Batch]:
        if envelope.size > _LARGEST:
            self._warnings.append(
                f"message {envelope.uid} is larger than {_LARGEST // 1024**2} MiB and was not read"
            )
            self._cursor.remember(envelope.uid, None)
            return
        content = self._mailbox.content(envelope.uid)
        if content is None:
            self._cursor.remember(envelope.uid, None)
            return
        mail = read_mail(content, min(envelope.received_at, self._window.until))
        last = Batch()
        if mail.identity not in self._cursor.seen:
            for batch in self._read(mail):
                yield last
                last = batch
        self._cursor.remember(envelope.uid, mail.identity)
        yield replace(last, cursor=self._cursor.dump())

    def _read(self, mail: Mail) -> Iterator[Batch]:
        reason = self._distrust(mail)
        found = reason or recognise(self._rules, mail)
        if isinstance(found, Said):
            yield Batch(quarantined=[_aside(mail, found)])
            return
        reader = self._readers[found.number]
        for batch in self._of_rule(mail, reader, found.records):
            yield _marked(batch, found.number) if reader.rule.mapping is not None else batch
        yield Batch(answered=[_ref(mail)])

    def _of_rule(
        self, mail: Mail, reader: RuleReader, records: Sequence[Mapping[str, Any]]
    ) -> Iterator[Batch]:
        is_newest = self._cursor.latest is None or mail.sent_at >= self._cursor.latest
        if records:
            yield self._of_records(mail, reader, records, timed_only=not is_newest)
        vouches = True
        for name, content in reader.rule.files(mail):
            ends = yield from self._of_file(mail, reader, name, content, is_newest=is_newest)
            vouches = vouches and ends
        if vouches:
            self._cursor.advance(mail.sent_at)

    def _distrust(self, mail: Mail) -> Said | None:
        """Why nothing of a message is believed: anybody can write any sender."""
        wanted = self._verified_by
        # Only the last server's word counts: those below came with the message.
        if wanted is None or mail.verified_by[:1] == [wanted.lower()]:
            return None
        return Said(N_("{server} does not say that its sender is who it says"), server=wanted)

    def _of_records(
        self,
        mail: Mail,
        reader: RuleReader,
        records: Sequence[Mapping[str, Any]],
        *,
        timed_only: bool,
    ) -> Batch:
        read: list[Read] = []
        for record in records:
            extract = reader.rows.reading.extract(record)
            if not isinstance(extract, Quarantined):
                whole = completed(extract, reader.mapping, self._window, reader.rows.key)
                one = reader.rows.reading.interpret(whole, until=self._window.until)
            else:
                one = extract
            read.append(one)
        return reader.rows.batch(read, self._window, as_of=mail.sent_at, timed_only=timed_only)

    def _of_file(
        self, mail: Mail, reader: RuleReader, name: str, content: bytes, *, is_newest: bool
    ) -> Generator[Batch, None, bool]:
        """An attachment's rows; returns whether the source is known as of it."""
        rejections = Rejections()
        listed: set[str] | None = set() if reader.rule.export == "snapshot" else None
        try:
            yield from reader.rows.read(
                io.BytesIO(content),
                self._window,
                as_of=mail.sent_at,
                timed_only=not is_newest,
                rejections=rejections,
                listed=listed,
            )
        except UnreadableFile as wrong:
            yield Batch(quarantined=[_aside(mail, file_reason(name, wrong.reason))])
            return False
        conclusion = Conclusion()
        if listed is not None and is_newest:
            kind = reader.mapping.case_kind
            known = (each for each in self._window.known if each.key.kind == kind)
            conclusion = conclude(name, known, listed, rejections)
            yield Batch(missing=conclusion.missing, as_of=mail.sent_at)
        if conclusion.warning is not None:
            self._warnings.append(conclusion.warning)
        return conclusion.vouches


def _marked(batch: Batch, number: int) -> Batch:
    """With what could not be read said to be of a rule: the source's mapping is not for it."""
    quarantined = [
        replace(each, payload={"rule": number + 1, "record": each.payload})
        for each in batch.quarantined
    ]
    return replace(batch, quarantined=quarantined)


def _ref(mail: Mail) -> str:
    return mail.message_id or f"message {mail.identity}"


def _aside(mail: Mail, reason: Said) -> Quarantined:
    """A message that nothing is read of: where to find it, and not a word of what it says."""
    return Quarantined(
        ref=_ref(mail),
        reason=Said(
            N_("message from {domain}, sent {date}: {reason}"),
            domain=mail.domain,
            date=f"{mail.sent_at:%Y-%m-%d %H:%M} UTC",
            reason=reason,
        ),
        payload={
            "message_id": mail.message_id,
            "domain": mail.domain,
            "sent_at": mail.sent_at.isoformat(),
        },
    )
