"""Notifications that a provider sends by e-mail, read from an IMAP mailbox."""

import hashlib
from collections.abc import Iterator, Sequence

from monitor.collectors.base import Batch, PollWindow, SourceFault
from monitor.collectors.file_rows import FileRows
from monitor.collectors.mail import read_mail
from monitor.collectors.mail_cursor import MailCursor
from monitor.collectors.mail_rules import MailRule, recognise
from monitor.collectors.mail_walk import MailWalk, RuleReader
from monitor.collectors.mailbox import ImapMailbox
from monitor.collectors.mapping import MappingSettings
from monitor.locale.marking import N_, Said

_LOOKED_AT = 20
"""Messages that `check` tries the rules on."""


class ImapCollector:
    """One folder of one mailbox. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        mailbox: ImapMailbox,
        rules: Sequence[MailRule],
        mapping: MappingSettings,
        verified_by: str | None,
    ) -> None:
        """Prepare to read; nothing is sent yet. The mailbox is closed with the collector."""
        self.name = name
        self._mailbox = mailbox
        self._verified_by = verified_by
        self._readers = [
            RuleReader(
                rule,
                rule.mapping or mapping,
                FileRows(
                    source=name,
                    provider=provider,
                    mapping=rule.mapping or mapping,
                    form=rule.format,
                ),
            )
            for rule in rules
        ]
        read_by = (mapping.digest, verified_by or "", *(rule.model_dump_json() for rule in rules))
        self._digest = hashlib.sha256("\x1f".join(read_by).encode()).hexdigest()[:16]

    def check(self) -> str:
        """Open the folder and try the rules on its newest messages."""
        envelopes = self._mailbox.after(0)
        newest = envelopes[-_LOOKED_AT:]
        known = 0
        for envelope in newest:
            content = self._mailbox.content(envelope.uid)
            if content is not None:
                mail = read_mail(content, envelope.received_at)
                rules = [reader.rule for reader in self._readers]
                known += not isinstance(recognise(rules, mail), Said)
        return Said(
            N_("{where} answers: {count} message(s); of the last {newest}, the rules know {known}"),
            where=self._mailbox.where,
            count=str(len(envelopes)),
            newest=str(len(newest)),
            known=str(known),
        )

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        """Read the messages that came since the cursor."""
        if window.period is not None:
            raise SourceFault(
                f"{self._mailbox.where}: a mailbox cannot be asked for a time past; put the"
                " messages of that time into the folder, and they are read as they come",
                kind="unsupported",
            )
        walk = MailWalk(
            mailbox=self._mailbox,
            readers=self._readers,
            verified_by=self._verified_by,
            cursor=MailCursor.load(window.cursor, self._digest),
            window=window,
        )
        try:
            yield from walk.run()
        finally:
            # Servers end connections that nobody uses; by the next poll this one may be dead.
            self._mailbox.close()

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002 - a collector's
        """Nothing: a mailbox cannot be asked for one case; the next message will tell."""
        yield from ()

    def close(self) -> None:
        self._mailbox.close()
