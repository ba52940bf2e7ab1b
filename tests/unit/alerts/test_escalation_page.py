"""The page of a letter, written out, against the template that says what it is to be."""

from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.render.escalation_page import escalation_page
from monitor.alerts.render.letter import Letter

TEMPLATES = Path(__file__).parents[2] / "support" / "pages"
WORDS = st.text(st.sampled_from("aé<>&\"'{}%\n "), max_size=12)
ROWS = st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple)
LINES = st.lists(WORDS, max_size=3).map(tuple)


@pytest.fixture(scope="module")
def template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("escalation.html.j2")


@settings(max_examples=60, deadline=None)
@given(
    letter=st.builds(
        Letter,
        subject=WORDS,
        lead=WORDS,
        cautions=LINES,
        corrected_title=WORDS,
        corrected=ROWS,
        facts=ROWS,
        why_title=WORDS,
        why=LINES,
        moves_title=WORDS,
        moves=ROWS,
        footer=WORDS,
    ),
    linked=st.booleans(),
)
def test_it_is_its_template_byte_for_byte(
    template: jinja2.Template, letter: Letter, *, linked: bool
) -> None:
    if linked and letter.moves:
        letter = replace(letter, link=letter.moves[0][1])
    assert escalation_page(letter, "fr-CA") == template.render(letter=letter, lang="fr-CA")
