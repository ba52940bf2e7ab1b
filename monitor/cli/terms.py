"""The contract's terms in words."""

from monitor.cli.words import gettext
from monitor.contract.model import StartRule
from monitor.locale import N_

_START_RULES = {
    StartRule.FROM_RECEIPT: N_(
        "counted from receipt, or from the next opening when received outside hours"
    ),
    StartRule.NEXT_BUSINESS_DAY: N_(
        "day 1 is the first business day after the day of receipt; due at the end of the last day"
    ),
}


def start_rule_words(rule: StartRule) -> str:
    return gettext(_START_RULES[rule])


def region_word(region: str) -> str:
    """The region as people read it; one of a contract's own, as it is."""
    return {"local": gettext("local"), "remote": gettext("remote")}.get(region, region)
