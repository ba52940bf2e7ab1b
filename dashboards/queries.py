"""Queries that several panels ask, and what the contract draws lines at."""

from typing import Final

from dashboards.colours import BLUE, GREY, ORANGE, VERMILION
from monitor.contract.loader import load_contract

CHOSEN: Final = 'provider=~"$provider",commitment=~"$commitment"'
DECIDED: Final = "met|missed|breached"
"""Of these, whether the promise was kept is known; one that is late and open cannot be any more."""

_CONTRACT: Final = load_contract("builtin:cspq-mobilite").versions[-1]
AT_RISK: Final = min(each.at_risk_percent for each in _CONTRACT.commitments) / 100
"""The share of the time allowed from which the contract has an obligation at risk."""
BY_PLACE: Final = "|".join(each.id for each in _CONTRACT.commitments if each.region is not None)
"""The commitments that depend on the place of delivery."""

# The text gives no target: all that are owed are owed in time, and each that is not is a breach.
KEPT: Final = ((None, VERMILION), (1.0, BLUE))
NONE_IS_GOOD: Final = ((None, BLUE), (1.0, VERMILION))
NONE_IS_BETTER: Final = ((None, BLUE), (1.0, ORANGE))
PLAIN: Final = ((None, GREY),)
USED: Final = ((None, BLUE), (AT_RISK, ORANGE), (1.0, VERMILION))
LEFT: Final = ((None, VERMILION), (0.0, BLUE))


def of_month(month: str, verdicts: str, chosen: str = CHOSEN) -> str:
    """Obligations by their names whose deadline lies in the month; the same on every replica."""
    labels = f'month="{month}",verdict=~"{verdicts}",{chosen}'
    by = "provider, commitment, region, verdict"
    return f"max by ({by}) (vigie_month_obligations{{{labels}}})"


def compliance(month: str, by: str = "", chosen: str = CHOSEN) -> str:
    """The share met of what is decided; no series where nothing is."""
    grouped = f"sum by ({by})" if by else "sum"
    met, decided = of_month(month, "met", chosen), of_month(month, DECIDED, chosen)
    return f"{grouped} ({met}) / ({grouped} ({decided}) > 0)"


def standing(verdicts: str, by: str = "", chosen: str = CHOSEN) -> str:
    """Obligations now, whenever they are due."""
    grouped = f"sum by ({by})" if by else "sum"
    labels = f'verdict=~"{verdicts}",{chosen}'
    kept = f"max by (provider, commitment, verdict) (vigie_obligations{{{labels}}})"
    return f"{grouped} ({kept})"


def condition(metric: str, month: str) -> str:
    """Commitments due in the month that a condition of the contract is about."""
    labels = f'month="{month}",provider=~"$provider"'
    return f"max by (condition, provider) ({metric}{{{labels}}})"


def deliverables(month: str) -> str:
    """Reports owed in the month that came late, or have not come."""
    labels = f'month="{month}",{CHOSEN}'
    return f"max by (commitment, provider) (vigie_deliverables_late{{{labels}}})"


def urgent(chosen: str = CHOSEN) -> str:
    """Business seconds left, by case."""
    labels = "provider, commitment, case"
    return f"max by ({labels}) (vigie_urgent_remaining_business_seconds{{{chosen}}})"


def quantile(share: str, metric: str, by: str = "", chosen: str = "", window: str = "") -> str:
    """A quantile of a histogram of processes, over all of them."""
    labels = f"le, {by}" if by else "le"
    window = window or "$__rate_interval"
    rates = f"sum by ({labels}) (rate({metric}_bucket{{{chosen}}}[{window}]))"
    return f"histogram_quantile({share}, {rates})"
