"""Every mistake in a YAML file is answered with its line, its key and what would be right."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from monitor.errors import InputError
from monitor.located_yaml import DocumentError, LocatedDocument, problems


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Mail(Strict):
    type: Literal["mail"]
    host: str
    password: SecretStr | None = None
    pin: SecretStr | None = None


class Pager(Strict):
    type: Literal["pager"]
    routing: str


class Item(Strict):
    id: str = Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
    colour: Colour = Colour.RED
    weight: int = Field(default=1, ge=1, le=9)


class Sheet(Strict):
    title: str = Field(min_length=1, examples=["Mobilité"])
    since: date = Field(examples=["2017-01-01"])
    every: timedelta = timedelta(seconds=1)
    items: list[Item] = Field(default=[], max_length=3)
    pairs: list[int] = Field(default=[1], min_length=1)
    channels: dict[str, Annotated[Mail | Pager, Field(discriminator="type")]] = {}
    limit: int | None = None
    endpoint: AnyHttpUrl | None = None
    size: int | Literal["auto"] = "auto"
    token: str = "none"
    even: int = 0

    @field_validator("even")
    @classmethod
    def _is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"{value} is odd; write an even number")
        return value


def said(text: str, model: type[BaseModel] = Sheet) -> list[str]:
    document = LocatedDocument.parse(text, "sheet.yaml")
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document.content)
    return problems(caught.value, document, model)


def refused(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        LocatedDocument.parse(text, "sheet.yaml")
    assert isinstance(caught.value, InputError)
    return str(caught.value).splitlines()


GOOD = "title: T\nsince: 2017-01-01\n"


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "a: 08:00\nb: 17:00\nc: yes\nd: 2026-11-23\n1: 007\nf: 1.5\ng: -3\nh: true\ni:\nj: ~\nk: 'null'\nl: NO\n"
    assert LocatedDocument.parse(text, "x").content == {
        "a": "08:00", "b": "17:00", "c": "yes", "d": "2026-11-23", "1": "007", "f": 1.5, "g": -3,
        "h": True, "i": None, "j": None, "k": "null", "l": "NO",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "# nothing\n", "\ufeff", "---\n"])
def test_an_empty_document_is_an_empty_mapping(text: str) -> None:
    document = LocatedDocument.parse(text, "x")
    assert document.content == {}
    assert document.line_of(("anything",)) == 1


def test_every_key_and_item_has_its_line() -> None:
    document = LocatedDocument.parse(
        "# head\na:\n  - b: 1\n    c: [2,\n      3]\n  - x\nd: 4\n", "x"
    )
    assert document.line_of(("a",)) == 2
    assert document.line_of(("a", 0)) == 3
    assert document.line_of(("a", 0, "c")) == 4
    assert document.line_of(("a", 0, "c", 1)) == 5
    assert document.line_of(("a", 1)) == 6
    assert document.line_of(("d",)) == 7


def test_what_is_not_there_has_the_line_of_the_nearest_above_it() -> None:
    document = LocatedDocument.parse("a:\n  b: 1\n", "x")
    assert document.line_of(("a", "c", "d")) == 1
    assert document.line_of(("a", "b", 3)) == 2


def test_aliases_are_read_where_they_point() -> None:
    document = LocatedDocument.parse("a: &one\n  x: 1\nb: *one\n", "x")
    assert document.content == {"a": {"x": 1}, "b": {"x": 1}}


def test_the_content_is_not_in_the_repr() -> None:
    assert "hunter2" not in repr(LocatedDocument.parse("password: hunter2", "x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "sheet.yaml:3: a: this key is written twice, first on line 1; keep one of the two"),
        ("a:\n  - b: 1\n    b: 2\n", "sheet.yaml:3: a[0].b: this key is written twice, first on line 2; keep one of the two"),
        ("a:\n\tb: 1\n", "sheet.yaml:2: a tab stands in the indentation; indent with spaces"),
        ("- a\n", "sheet.yaml:1: a list stands where keys are expected; write 'key: value' lines"),
        ("just words\n", "sheet.yaml:1: a single value stands where keys are expected; write 'key: value' lines"),
        ("a: b: c\n", "sheet.yaml:1: not YAML: mapping values are not allowed in this context; put the value in quotes if it contains ': '"),
        ("a: 1\nb: @c\n", "sheet.yaml:2: not YAML: found character that cannot start any token; put the value in quotes"),
        ("a: 1\nb: *c\n", "sheet.yaml:2: not YAML: found undefined alias; put the value in quotes, or define the anchor before it"),
        ('a: "\\q"\n', "sheet.yaml:1: not YAML: found unknown escape character; use single quotes, in which \\ is an ordinary character"),
        ("a: 1\n---\nb: 1\n", "sheet.yaml:2: not YAML: but found another document; keep one document in a file: remove '---'"),
        ("k: v\nx y\nz: 1\n", "sheet.yaml:3: not YAML: could not find expected ':'; write 'key: value', with a space after the colon"),
        ("a: !!python/object:os.system x\n", "sheet.yaml:1: a: the tag tag:yaml.org,2002:python/object:os.system is not read; write a plain value"),
        ("a: !!bool maybe\n", "sheet.yaml:1: a: 'maybe' is not of the type !!bool; drop the tag"),
        ("b: 1\n<<: {a: 1}\n", "sheet.yaml:2: merge keys (<<) are not read; write the keys out"),
        ("? [a]\n: b\n", "sheet.yaml:1: a list or mapping stands as a key; write a plain key"),
        ("a: &a [*a]\n", "sheet.yaml:1: a[0]: an alias leads back into itself; write the value out"),
        ("a: 1\nb: \x01\n", "sheet.yaml:2: a character that text may not hold; save the file as UTF-8 text without control characters"),
        ("a: " + "[" * 200 + "]" * 200, "sheet.yaml:1: lists or mappings are nested too deep to be read; flatten them"),
    ],
)  # fmt: skip
def test_text_that_is_not_read(text: str, expected: str) -> None:
    assert refused(text) == [expected]


def test_an_unclosed_quote_points_at_the_end() -> None:
    (line,) = refused("a: 'x\nb: 1\n")
    assert line.startswith("sheet.yaml:3: not YAML:")


def test_a_list_is_not_called_short_because_its_items_are_wrong() -> None:
    document = LocatedDocument.parse("title: t\nsince: 2020-01-01\npairs: [a, 2]\n", "s")
    with pytest.raises(ValidationError) as caught:
        Sheet.model_validate(document.content)
    assert [problem.key for problem in document.located(caught.value, Sheet)] == ["pairs[0]"]
    document = LocatedDocument.parse("title: t\nsince: 2020-01-01\npairs: [a]\n", "s")
    with pytest.raises(ValidationError) as caught:
        Sheet.model_validate(document.content)
    assert [problem.key for problem in document.located(caught.value, Sheet)] == ["pairs[0]"]


def test_aliases_that_multiply_are_stopped() -> None:
    text = "a: &a [1,2,3,4,5,6,7,8,9]\n"
    for before, here in zip("abcdef", "bcdefg", strict=True):
        text += f"{here}: &{here} [{','.join([f'*{before}'] * 9)}]\n"
    (line,) = refused(text)
    assert "more than 200000 values stand here, each alias counted anew" in line


def test_aliases_that_nest_are_stopped() -> None:
    text = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100))
    (line,) = refused(text)
    assert "nested too deep" in line


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "a: [{"])
def test_depth_that_would_overrun_the_stack_is_refused(opening: str) -> None:
    (line,) = refused("key:\n" + "  " + opening * 100_000)
    assert line == ("sheet.yaml:2: lists or mappings are nested too deep to be read; flatten them")


def test_several_repeated_keys_are_all_told_in_the_order_of_the_lines() -> None:
    lines = refused("a:\n  x: 1\n  x: 2\nb: 1\nb: 2\n")
    assert [line.split(":")[1] for line in lines] == ["3", "5"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: T\n", "sheet.yaml:1: since: is missing; add 'since: 2017-01-01'"),
        (GOOD + "titel: x\n", "sheet.yaml:3: titel: is not a key known here; did you mean 'title'?"),
        (GOOD + "items:\n  - id: a\n    zzz: 1\n", "sheet.yaml:5: items[a].zzz: is not a key known here; known keys: id, colour, weight"),
        (GOOD + "items:\n  - colour: red\n", "sheet.yaml:4: items[0].id: is missing; add 'id'"),
        (GOOD + "items:\n  - id: A b\n", "sheet.yaml:4: items[A b].id: 'A b' is not an identifier; write lower-case letters, digits and single hyphens, such as 'delivery-local'"),
        (GOOD + "items:\n  - id: a\n    colour: gren\n", "sheet.yaml:5: items[a].colour: 'gren' is not one of the values it may have; write red or green (did you mean 'green'?)"),
        (GOOD + "items:\n  - id: a\n    weight: 10\n", "sheet.yaml:5: items[a].weight: 10 is too large; write at most 9"),
        (GOOD + "items:\n  - id: a\n    weight: 0\n", "sheet.yaml:5: items[a].weight: 0 is too small; write at least 1"),
        (GOOD + "items: {a: 1}\n", "sheet.yaml:3: items: a mapping is not a list; write a list, one '- item' a line"),
        (GOOD + "items: [a]\n", "sheet.yaml:3: items[0]: 'a' is not a mapping; write 'key: value' lines under it"),
        (GOOD + "items: [{id: a}, {id: a}, {id: a}, {id: a}]\n", "sheet.yaml:3: items: a list has too many items; list at most 3"),
        ("title: 12\nsince: 2017-01-01\n", "sheet.yaml:1: title: 12 is not text; write text, in quotes if it looks like something else"),
        ("title: ''\nsince: 2017-01-01\n", "sheet.yaml:1: title: '' is too short; write something there"),
        ("title:\nsince: 2017-01-01\n", "sheet.yaml:1: title: an empty value is not text; write text, in quotes if it looks like something else"),
        ("title: T\nsince: 1 janvier\n", "sheet.yaml:2: since: '1 janvier' is not a date; write it as 2026-11-23"),
        (GOOD + "every: soon\n", "sheet.yaml:3: every: 'soon' is not a duration; write it as PT30S or 00:00:30"),
        (GOOD + "limit: many\n", "sheet.yaml:3: limit: 'many' is not a whole number; write a whole number, without quotes"),
        (GOOD + "endpoint: nowhere\n", "sheet.yaml:3: endpoint: 'nowhere' is not a web address; write it as https://host/path"),
        (GOOD + "channels:\n  m: {type: mail, hots: x}\n", "sheet.yaml:4: channels.m.hots: is not a key known here; did you mean 'host'?"),
        (GOOD + "channels:\n  m: {type: mial, host: x}\n", "sheet.yaml:4: channels.m: 'type: mial' is no kind known here; write mail or pager (did you mean 'mail'?)"),
        (GOOD + "channels:\n  m: {host: x}\n", "sheet.yaml:4: channels.m: does not say of which kind it is; add 'type'"),
        (GOOD + "size: big\n", "sheet.yaml:3: size: 'big' is not a whole number; write a whole number, without quotes, or write auto"),
        (GOOD + "even: 3\n", "sheet.yaml:3: even: 3 is odd; write an even number"),
    ],
)  # fmt: skip
def test_what_a_model_refuses(text: str, expected: str) -> None:
    assert expected in said(text)


def test_nothing_but_the_mistake_is_told() -> None:
    assert len(said(GOOD + "size: big\n")) == 1
    assert len(said(GOOD + "items: [a]\n")) == 1


def test_every_mistake_is_told_in_the_order_of_the_lines() -> None:
    lines = said("titel: T\nitems:\n  - id: a\n    weight: 0\n    colour: x\nlimit: y\n")
    assert [int(line.split(":")[1]) for line in lines] == [1, 1, 1, 4, 5, 6]


@pytest.mark.parametrize(
    "text",
    [
        GOOD + "channels:\n  m: {type: mail, host: x, password: [hunter2]}\n",
        GOOD + "channels:\n  m: {type: mail, host: x, password: 4242424242}\n",
        GOOD + "channels:\n  m: {type: mail, host: x, pin: 4242424242}\n",
        GOOD + "token: 4242424242\n",
        GOOD + "token: {hunter2: 4242424242}\n",
    ],
)
def test_a_secret_is_never_repeated(text: str) -> None:
    (line,) = said(text)
    assert "hunter2" not in line
    assert "4242424242" not in line


def test_a_long_value_is_cut() -> None:
    (line,) = said(GOOD + f"limit: {'x' * 500}\n")
    assert len(line) < 200


def test_without_the_model_the_words_do_with_less() -> None:
    document = LocatedDocument.parse("titel: T\nsince: 2017-01-01\n", "x")
    with pytest.raises(ValidationError) as caught:
        Sheet.model_validate(document.content)
    assert problems(caught.value, document) == [
        "x:1: title: is missing; add 'title'",
        "x:1: titel: is not a key known here; remove it",
    ]


def test_a_check_of_ones_own_is_placed_the_same_way() -> None:
    document = LocatedDocument.parse("items:\n  - id: a\n    x: 1\n", "x.yaml")
    problem = document.problem(("items", 0, "x"), "is odd", "drop it")
    assert str(problem) == "x.yaml:3: items[a].x: is odd; drop it"
