import gettext
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from monitor.locale import install_for_click, negotiate


@pytest.mark.parametrize(
    ("environ", "asked", "expected"),
    [
        ({}, None, "en"),
        ({"LANG": "fr_CA.UTF-8"}, None, "fr"),
        ({"LANG": "fr_CA.UTF-8"}, "en", "en"),
        ({"LANG": "en_CA.UTF-8"}, "fr", "fr"),
        ({"LANG": "de_DE.UTF-8"}, None, "en"),
        ({"LANG": "frr_DE.UTF-8"}, None, "en"),
        ({"LC_ALL": "en_CA.UTF-8", "LANG": "fr_CA.UTF-8"}, None, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "fr_CA", "LANG": "en_CA"}, None, "fr"),
        ({"LANGUAGE": "de:fr_CA:en", "LANG": "en_CA.UTF-8"}, None, "fr"),
        ({"LANGUAGE": "de:en:fr", "LANG": "fr_CA.UTF-8"}, None, "en"),
        ({"LANGUAGE": "fr"}, None, "fr"),
        ({"LANGUAGE": "fr", "LANG": "C.UTF-8"}, None, "en"),
        ({"LANGUAGE": "fr", "LC_ALL": "POSIX"}, None, "en"),
    ],
)
def test_negotiation(environ, asked, expected):
    assert negotiate(environ, asked) == expected


@click.command()
@click.argument("case")
@click.option("--count", type=int)
def show(case: str, count: int | None) -> None:
    """Nothing."""


def said(*arguments: str) -> str:
    return CliRunner().invoke(show, arguments).output.replace("\N{NO-BREAK SPACE}", " ")


def test_click_speaks_french_within_the_block_and_english_after(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    before = (gettext.textdomain(), gettext.bindtextdomain("vigie"))
    with install_for_click("fr"):
        help_text = said("--help")
        assert "Usage : show" in help_text
        assert "Options :" in help_text
        assert "Afficher ce message et terminer." in help_text
        assert "Erreur : il manque l’argument 'CASE'." in said()
        assert "Aucune option '--cuont'. Vouliez-vous dire '--count'?" in said("x", "--cuont", "1")
        assert "Valeur incorrecte pour '--count'" in said("x", "--count", "many")
    assert os.environ["LANGUAGE"] == "en"
    assert (gettext.textdomain(), gettext.bindtextdomain("vigie")) == before
    assert "Usage: show" in said("--help")


def test_click_speaks_english_where_the_environment_is_french(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "fr")
    with install_for_click("en"):
        assert "Missing argument 'CASE'" in said()


def test_importing_it_loads_nothing_heavy():
    code = (
        "import sys, monitor.locale as l; l.language('fr').gettext('At risk');"
        "print([m for m in ('babel', 'pydantic', 'numpy', 'click') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
