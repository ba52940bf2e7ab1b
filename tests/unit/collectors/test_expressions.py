import pytest

from monitor.collectors.expressions import compile_expression


def marked_in(message: str) -> str:
    """The character of the expression that the mark stands before; empty: its end."""
    assert "\n" not in message
    return message.rpartition("<HERE>")[2][:1]


def test_an_expression_compiles_and_finds() -> None:
    found = compile_expression("relatedParty[?role == 'customer'] | [0].id")
    assert found.search({"relatedParty": [{"role": "customer", "id": "ORG-1"}]}) == "ORG-1"


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("a.(b || c)", "(", "unexpected '('"),
        ("status ~ 'x'", "~", "unknown token"),
        ("role == 'customer", "'", "unclosed"),
        ("a[", "", "ends too early"),
        ("first(a)", "f", "no function first()"),
        ("a && contains(b)", "c", "contains() takes 2 argument(s), not 1"),
        ("not_null()", "n", "at least 1"),
    ],
)
def test_a_wrong_expression_is_shown_with_the_place_marked(text: str, at: str, said: str) -> None:
    with pytest.raises(ValueError, match="correct the expression at <HERE>") as error:
        compile_expression(text)
    assert said in str(error.value)
    assert marked_in(str(error.value)) == at
    assert str(error.value).rpartition(": ")[2].replace("<HERE>", "") == text


def test_an_empty_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        compile_expression("")


def test_the_mark_in_a_long_folded_expression_stays_at_its_place() -> None:
    text = "\n ".join(f"field{number} ||" for number in range(40)) + "\n a.(b)"
    with pytest.raises(ValueError, match="HERE") as error:
        compile_expression(text)
    assert marked_in(str(error.value)) == "("
    assert len(str(error.value)) < 200
