"""Which steps fire for an obligation, when, and whom they tell. Pure.

The sections a configuration is made of are here; `decision`, `addressing` and `check` are imported
by those who use them, as they bring the judgement of cases with them.
"""

from monitor.alerts.policy.model import Policy, Step
from monitor.alerts.policy.trigger import (
    AfterBreach,
    Breach,
    ShareUsed,
    TimeLeft,
    Trigger,
    parse_trigger,
)

__all__ = [
    "AfterBreach",
    "Breach",
    "Policy",
    "ShareUsed",
    "Step",
    "TimeLeft",
    "Trigger",
    "parse_trigger",
]
