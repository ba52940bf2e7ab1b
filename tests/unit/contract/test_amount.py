from datetime import timedelta

import pytest
from pydantic import BaseModel, ValidationError

from monitor.contract.amount import Amount, AmountField, Unit


class Holder(BaseModel):
    amount: AmountField


@pytest.mark.parametrize(
    ("text", "seconds", "unit", "written"),
    [
        ("4 h", 14_400, Unit.BUSINESS_HOURS, "4 h"),
        ("24h", 86_400, Unit.BUSINESS_HOURS, "24 h"),
        ("3 d", 259_200, Unit.BUSINESS_DAYS, "3 d"),
        ("20d", 1_728_000, Unit.BUSINESS_DAYS, "20 d"),
        ("PT90M", 5_400, Unit.BUSINESS_HOURS, "PT5400S"),
        ("PT1H30M15S", 5_415, Unit.BUSINESS_HOURS, "PT5415S"),
        ("PT2H", 7_200, Unit.BUSINESS_HOURS, "2 h"),
        ("P2D", 172_800, Unit.BUSINESS_DAYS, "2 d"),
    ],
)
def test_amounts_are_exact(text: str, seconds: int, unit: Unit, written: str) -> None:
    amount = Amount.parse(text)
    assert (amount.seconds, amount.unit, str(amount)) == (seconds, unit, written)
    assert amount.span == timedelta(seconds=seconds)
    assert Amount.parse(str(amount)) == amount


@pytest.mark.parametrize(
    "text",
    ["", "4", "h", "4 m", "4 hours", "-4 h", "0 h", "1.5 h", "4 H", "P", "PT", "P1DT2H", "P1Y", "1 d 2 h", " 4 h "],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount of business time; write '4 h'"):
        Amount.parse(text)


def test_a_share_of_a_unit_is_told() -> None:
    assert Amount.parse("PT90M").quantity == 1.5
    assert Amount.parse("3 d").quantity == 3


@pytest.mark.parametrize("value", ["PT0S", "PT0H0M", "P0D"])
def test_zero_promises_nothing(value: str) -> None:
    with pytest.raises(ValidationError, match="an amount of zero promises nothing"):
        Holder.model_validate({"amount": value})


@pytest.mark.parametrize("value", [4, 4.0, None, True, ["4 h"], {"seconds": 4}])
def test_an_amount_is_written_as_text(value: object) -> None:
    with pytest.raises(ValidationError, match="an amount of business time is text"):
        Holder.model_validate({"amount": value})
