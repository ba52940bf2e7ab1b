import pytest

from monitor.alerts.policy import AfterBreach, Breach, ShareUsed, Step, parse_trigger
from monitor.contract.model import Amount


@pytest.mark.parametrize(
    ("text", "trigger", "written"),
    [
        ("50%", ShareUsed(50), "50%"),
        (" 80 % ", ShareUsed(80), "80%"),
        ("breach", Breach(), "breach"),
        ("breach+4h", AfterBreach(Amount.parse("4 h")), "breach + 4 h"),
        ("breach +  2 d", AfterBreach(Amount.parse("2 d")), "breach + 2 d"),
        ("breach + PT90M", AfterBreach(Amount.parse("PT90M")), "breach + PT5400S"),
    ],
)
def test_a_trigger_is_read_and_written_back(text, trigger, written):
    assert parse_trigger(text) == trigger
    assert str(trigger) == written
    assert parse_trigger(written) == trigger


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50",
        "0%",
        "100%",
        "-5%",
        "50.5%",
        "breach - 4 h",
        "breach + PT0S",
        "4 h",
        "late",
        "breach + ",
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"write '"):
        parse_trigger(text)


def test_a_step_writes_its_moment_as_it_was_read():
    step = Step.model_validate({"id": "late", "at": "breach + 4 h", "notify": ["on-call"]})
    assert step.model_dump(mode="json")["at"] == "breach + 4 h"
    assert Step.model_validate(step.model_dump()) == step
