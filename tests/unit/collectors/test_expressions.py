import pytest

from monitor.collectors.expressions import compile_expression


def caret_of(message: str) -> str:
    """The character of the expression that the caret stands under; empty: its end."""
    expression, caret = message.splitlines()[-2:]
    return expression[caret.index("^") :][:1]


def test_an_expression_compiles_and_finds() -> None:
    found = compile_expression("relatedParty[?role == 'customer'] | [0].id")
    assert found.search({"relatedParty": [{"role": "customer", "id": "ORG-1"}]}) == "ORG-1"


@pytest.mark.parametrize(
    ("text", "under", "said"),
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
def test_a_wrong_expression_is_shown_with_a_caret(text: str, under: str, said: str) -> None:
    with pytest.raises(ValueError, match="correct the expression at the caret") as error:
        compile_expression(text)
    assert said in str(error.value)
    assert caret_of(str(error.value)) == under
    assert text in str(error.value)


def test_an_empty_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        compile_expression("")


def test_the_caret_of_a_long_folded_expression_stays_under_its_place() -> None:
    text = "\n ".join(f"field{number} ||" for number in range(40)) + "\n a.(b)"
    with pytest.raises(ValueError, match="caret") as error:
        compile_expression(text)
    assert caret_of(str(error.value)) == "("
    assert len(str(error.value).splitlines()[-2]) < 130
