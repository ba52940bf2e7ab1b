"""A small sound contract as text, to be made wrong one line at a time."""

CONTRACT = """\
id: small
version: "1"
title: {fr: Petit contrat, en: Small contract}
effective_from: 2026-01-01
zone: America/Toronto
source: {document: Texte, clause: Un}
support_hours: desk
business_days: quebec-days
regions:
  source: {document: Texte, clause: Deux}
calendars:
  desk:
    label: {fr: Guichet, en: Desk}
    week:
      mon-thu: ["08:00-12:00", "13:00-17:00"]
      fri: ["08:00-12:00"]
    holidays: quebec-government
    closed:
      2026-12-23: Fermeture
providers:
  - {id: one, name: One, rank: 1}
  - {id: two, name: Two, rank: 2}
commitments:
  - id: answer
    label: {fr: Réponse, en: Answer}
    case_kind: ticket
    category: request
    amount: 4 h
    calendar: desk
    start_rule: from_receipt
    stop_statuses: [answered]
    source: {document: Texte, clause: Trois}
  - id: visit-near
    label: {fr: Visite proche, en: Visit nearby}
    case_kind: order
    category: visit
    region: local
    amount: 2 d
    calendar: quebec-days
    start_rule: next_business_day
    stop_statuses: [completed]
    source: {document: Texte, clause: Quatre}
  - id: visit-far
    label: {fr: Visite éloignée, en: Visit far away}
    case_kind: order
    category: visit
    region: remote
    amount: 5 d
    calendar: quebec-days
    start_rule: next_business_day
    stop_statuses: [completed]
    source: {document: Texte, clause: Quatre}
conditions:
  - id: permit
    label: {fr: Permis, en: Permit}
    consequence: proof_required
    proof: permit
    min_rank: 2
    categories: [visit]
    source: {document: Texte, clause: Cinq}
contacts:
  - {provider: one, subject: orders, label: {fr: Commandes, en: Orders}, email: orders@one.example}
"""


def changed(old: str, new: str, text: str = CONTRACT) -> str:
    """`text` with the one place that reads `old` made to read `new`."""
    if text.count(old) != 1:
        raise ValueError(f"{old!r} stands {text.count(old)} times in the contract, not once")
    return text.replace(old, new)
