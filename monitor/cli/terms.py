"""The contract's terms in the language being spoken."""

from monitor.cli.words import spoken
from monitor.contract.model import StartRule
from monitor.shown import terms


def start_rule_words(rule: StartRule) -> str:
    return terms.start_rule_words(rule, spoken())


def region_word(region: str) -> str:
    """The region as people read it; one of a contract's own, as it is."""
    return terms.region_word(region, spoken())
