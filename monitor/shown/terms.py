"""The contract's terms in words."""

from monitor.contract.model import StartRule
from monitor.locale import N_, Language

_START_RULES = {
    StartRule.FROM_RECEIPT: N_(
        "counted from receipt, or from the next opening when received outside hours"
    ),
    StartRule.NEXT_BUSINESS_DAY: N_(
        "day 1 is the first business day after the day of receipt; due at the end of the last day"
    ),
}
_REGIONS = {"local": N_("local"), "remote": N_("remote")}


def start_rule_words(rule: StartRule, language: Language) -> str:
    return language.gettext(_START_RULES[rule])


def region_word(region: str, language: Language) -> str:
    """The region as people read it; one of a contract's own, as it is."""
    return language.gettext(_REGIONS[region]) if region in _REGIONS else region
