"""What stands beside a case's figures and decides nothing: claims of the provider, notes."""

import click

from monitor.cli.output import show_table
from monitor.cli.words import gettext, spoken
from monitor.shown.claims import claim_words
from monitor.shown.ledger import Ledger


def show_claims(ledger: Ledger) -> None:
    """The provider's own levels, as it said last."""
    if not ledger.record.claims:
        return
    language = spoken()
    click.echo("\n" + gettext("What the provider claims, by its own clock"))
    show_table(
        (gettext("Level"), gettext("Due"), gettext("Claim"), gettext("Learned")),
        [
            (
                stored.claim.name,
                ""
                if stored.claim.due_at is None
                else language.short_instant(stored.claim.due_at, ledger.zone),
                claim_words(stored.claim, language, ledger.zone),
                language.short_instant(stored.stated_at, ledger.zone),
            )
            for stored in ledger.record.claims
        ],
    )


def show_notes(ledger: Ledger) -> None:
    """What operators wrote down."""
    if not ledger.record.notes:
        return
    click.echo("\n" + gettext("Notes"))
    show_table(
        (gettext("When"), gettext("Who"), gettext("Note")),
        [
            (spoken().short_instant(note.at, ledger.zone), note.by, note.text)
            for note in ledger.record.notes
        ],
    )
