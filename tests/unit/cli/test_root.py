import sys

import click
import pytest
from sqlalchemy.exc import OperationalError

from monitor.cli.command import Command
from monitor.cli.root import SECTIONS, vigie
from monitor.cli.words import spoken
from tests.support.command_line import run

COMMANDS = [name for section in SECTIONS.values() for name in section]


def test_help_names_every_command_with_what_it_does():
    ran = run("--help")
    assert ran.status == 0
    for section in SECTIONS.values():
        for name, help_ in section.items():
            assert f"  {name} " in ran.out
            assert help_.split()[0] in ran.out


def test_help_comes_in_french_and_is_translated_throughout():
    ran = run("--lang", "fr", "--help")
    assert "Lister ce que promet le contrat." in ran.out
    assert "Afficher ce message et terminer." in ran.out
    assert "Show" not in ran.out
    assert "Options\N{NO-BREAK SPACE}:" in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_teaches_by_examples_in_both_languages(name):
    english, french = run(name, "--help"), run(name, "--help", "--lang", "fr")
    assert english.status == french.status == 0
    assert "Examples:" in english.out
    assert "Exemples\N{NO-BREAK SPACE}:" in french.out
    assert "  vigie " in english.out
    # Every sentence of the help is another one in French.
    described = english.out.split("\n\n")[1]
    assert described not in french.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lang", "fr", "commitments"),
        ("commitments", "--lang", "fr"),
        ("commitments", "--lang=fr"),
    ],
)
def test_the_language_may_be_asked_for_before_or_after_the_command(arguments):
    assert "heures ouvrables" in run(*arguments).out


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"LANG": "fr_CA.UTF-8"}, "heures ouvrables"),
        ({"LANG": "en_CA.UTF-8"}, "business hours"),
        ({"LANG": "de_DE.UTF-8"}, "business hours"),
        ({"LANG": "fr_CA.UTF-8", "LC_ALL": "C"}, "business hours"),
    ],
)
def test_the_language_is_the_locales_and_english_unless_french(environment, word):
    assert word in run("commitments", **environment).out


def test_the_language_asked_for_goes_before_the_locale():
    assert "business hours" in run("commitments", "--lang", "en", LANG="fr_CA.UTF-8").out


def test_one_run_does_not_leave_its_language_to_the_next():
    run("commitments", "--lang", "fr")
    assert spoken().code == "en"
    assert "Usage:" in run("--help").out


@pytest.mark.parametrize("place", ["before", "after", "environment"])
def test_the_configuration_may_be_named_anywhere(folder, place):
    (folder / "mine.yaml").write_text("htp: {}\n")
    ran = {
        "before": lambda: run("--config", "mine.yaml", "commitments"),
        "after": lambda: run("commitments", "--config", "mine.yaml"),
        "environment": lambda: run("commitments", VIGIE_CONFIG="mine.yaml"),
    }[place]()
    assert ran.status == 2
    assert ran.error == "mine.yaml:1: htp: is not a key known here; did you mean 'http'?"


def test_the_configuration_nearest_the_end_stands(folder):
    (folder / "bad.yaml").write_text("htp: {}\n")
    (folder / "good.yaml").write_text("lang: en\n")
    assert run("--config", "bad.yaml", "commitments", "--config", "good.yaml").status == 0
    assert run("--config", "good.yaml", "commitments", VIGIE_CONFIG="bad.yaml").status == 0


def test_a_vigie_yaml_in_the_folder_is_found(folder):
    (folder / "vigie.yaml").write_text("nothing: here\n")
    assert run("commitments").error.startswith("vigie.yaml:1: nothing:")


def test_version_names_the_zone_data_too():
    ran = run("--version")
    assert ran.status == 0
    assert ran.out.startswith("vigie 0.")
    assert "(tzdata 20" in ran.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deadlin",), "No such command 'deadlin'. Did you mean 'deadline'?"),
        (("frobnicate",), "No such command 'frobnicate'."),
        (
            ("deadline", "--recieved", "x"),
            "No such option '--recieved'. Did you mean '--received'?",
        ),
        (("deadline", "--commitment"), "Option '--commitment' requires an argument."),
        (
            ("--lang", "de", "commitments"),
            "Invalid value for '--lang': 'de' is not one of 'fr', 'en'.",
        ),
        (("commitments", "extra"), "Got unexpected extra argument (extra)"),
        (("--config", "", "commitments"), "Invalid value for '--config': it is empty"),
        (("explain",), "Missing argument 'CASE'."),
        (("contract", "dif", "x"), "No such command 'dif'. Did you mean 'diff'?"),
        (("status", "--limit", "0"), "Invalid value for '--limit': 0 is not in the range x>=1."),
    ],
)
def test_wrong_arguments_end_with_one_line_and_where_to_read_on(arguments, message):
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.error == message
    assert ran.err.splitlines()[-1].startswith("Try 'vigie ")


def test_wrong_arguments_are_told_in_french():
    ran = run("deadlin", "--lang", "fr")
    assert ran.err.startswith("Erreur\N{NO-BREAK SPACE}: ")
    assert "Vouliez-vous dire" in ran.err
    assert "Essayez" in ran.err


def test_no_arguments_show_the_help_and_fail():
    ran = run()
    assert ran.status == 2
    assert "Usage: vigie" in ran.err


def _command_that(behave):
    @click.command("frail", cls=Command)
    def frail() -> None:
        behave()

    return frail


@pytest.fixture
def frail(monkeypatch):
    """`vigie commitments`, made to do something else."""

    def install(behave):
        monkeypatch.setattr(vigie, "get_command", lambda ctx, name: _command_that(behave))

    return install


def _raise(error):
    raise error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (PermissionError(13, "Permission denied", "/etc/x"), "/etc/x: Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_what_the_system_refuses_is_one_line(frail, error, line):
    frail(lambda: _raise(error))
    ran = run("commitments")
    assert ran.status == 2
    assert ran.error == line


def test_what_the_database_refuses_is_one_line(frail):
    frail(lambda: _raise(OperationalError("SELECT 1", {}, Exception("database is locked"))))
    ran = run("commitments")
    assert ran.status == 2
    assert ran.error == "database: database is locked"


def test_an_interruption_ends_quietly(frail):
    frail(lambda: _raise(KeyboardInterrupt()))
    ran = run("commitments")
    assert ran.status == 130
    assert ran.err.strip() == ""


def test_a_defect_keeps_its_traceback(frail):
    frail(lambda: _raise(ZeroDivisionError("a defect")))
    with pytest.raises(ZeroDivisionError):
        run("commitments")


def test_what_a_command_returns_is_not_its_exit_status(frail):
    frail(lambda: None)
    assert run("commitments").status == 0


def test_help_imports_no_command(monkeypatch):
    names = [f"monitor.cli.{name}" for name in COMMANDS]
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    run("--help")
    assert not set(names) & set(sys.modules)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("deadline", "--from", "nulle-part.csv"), "Aucun fichier ni dossier de ce nom"),
        (("calendar", "import", "nulle-part.ics"), "Aucun fichier ni dossier de ce nom"),
        (("init", "nulle-part/vigie.yaml"), "Aucun fichier ni dossier de ce nom"),
        (("deadline", "--from", "."), "C’est un dossier"),
        (("status", "--config", "nulle-part.yaml"), "la configuration ne peut être lue"),
        (("contract", "check", "nulle-part.yaml"), "donnez le chemin d’un contrat"),
        (("contract", "check", "builtin:cspq"), "aucun contrat de ce nom n’est livré"),
        (("calendar", "show", "--calendar", "zzz"), "écrivez un de 24x7, quebec-days"),
        (("status", "--lang", "de"), "n’est pas l’un des choix"),
    ],
)
def test_what_the_system_says_is_said_in_french(folder, arguments, said):
    ran = run(*arguments, LANG="fr_CA.UTF-8")
    assert ran.status == 2
    assert said in ran.err
