"""A text that is English to a program, and the reader's language to a reader."""

import json

import pytest

from monitor.cli.checks import Checks
from monitor.cli.words import speaking
from monitor.locale import language
from monitor.locale.marking import N_, Said, halves, told

french = language("fr").gettext


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_it_is_its_english_text():
    said = Said(N_("no calendar '{name}'"), name="a{b}")
    assert said == "no calendar 'a{b}'"
    assert plain(said.told(french)) == "aucun calendrier « a{b} »"


def test_a_field_that_is_said_is_told_too():
    near = Said(N_("did you mean '{word}'?"), word="telus")
    said = Said(N_("no contract '{name}' ships; {remedy}"), name="x", remedy=near)
    assert said == "no contract 'x' ships; did you mean 'telus'?"
    assert (
        plain(said.told(french)) == "aucun contrat « x » n’est fourni; vouliez-vous dire « telus »?"
    )


def test_its_halves_are_told_apart():
    said = Said(N_("'{value}' is not an e-mail address; write it as name@host"), value="a; b")
    wrong, right = halves(Said(N_("an amount of zero promises nothing; write more than zero")))
    assert (wrong, right) == ("an amount of zero promises nothing", "write more than zero")
    assert told(wrong, french) == "une quantité nulle ne promet rien"
    assert told(right, french) == "écrivez plus que zéro"
    # What the person wrote may hold the sign that parts the two; nothing of it is lost.
    assert "; ".join(halves(said)) == said


def test_what_was_stored_is_told_later():
    near = Said(N_("did you mean '{word}'?"), word="telus")
    said = Said(N_("no contract '{name}' ships; {remedy}"), name="x", remedy=near)
    for text in (said, near, *said.halves()):
        stored = json.loads(json.dumps(text.dump()))
        loaded = Said.load(str(text), stored)
        assert loaded == text
        assert told(loaded, french) == told(text, french)


@pytest.mark.parametrize(
    "stored",
    [None, {}, [], {"template": "{a}", "fields": {"b": "x"}, "half": None},
     {"template": "x", "fields": {"a": 3}, "half": None}, {"template": 3, "fields": {}, "half": 1}],
)  # fmt: skip
def test_what_cannot_be_made_out_is_told_as_it_is(stored):
    assert told(Said.load("as it was", stored), french) == "as it was"


def test_a_plain_text_has_halves_too():
    assert halves("wrong; right") == ("wrong", "right")
    assert halves("wrong") == ("wrong", "")


WRONG = {
    "foo: 1": "foo : n’est pas une clé connue ici",
    "http: {port: 99999}": "http.port : 99999 est trop grand; écrivez au plus 65535",
    "lang: de": "lang : « de » n’est pas l’une des valeurs permises; écrivez fr ou en",
    "database: mysql://x": "database : ce n’est pas l’adresse d’une base de données",
    "urgent_metrics: many": "urgent_metrics : « many » n’est pas un nombre entier",
    "outbox: {lease: soon}": "outbox.lease : « soon » n’est pas une durée; écrivez « 30 s »",
    "a: 1\na: 2": "cette clé est écrite deux fois, d’abord à la ligne 1; gardez l’un des deux",
    "- a": "il y a une liste là où des clés sont attendues",
    "recipients: [{role: on-call, channel: sms, address: x}]": "aucun canal ne s’appelle « sms »",
    "policy: {steps: [{id: a, at: 150%, notify: [on-call]}]}": "n’est pas un moment d’une obligation",
    "policy: {steps: [{id: a, at: 50%, notify: [on-cal]}]}": "aucun rôle ne s’appelle « on-cal »; vouliez-vous dire « on-call »?",
    "sources: [{name: a, provider: telus, kind: tmf621-v4, url: 'http://u:p@x', mapping: tmf621}]": "des identifiants figurent dans l’adresse; écrivez-les sous auth",
    "sources: [{name: a, provider: bell, kind: tmf621-v4, url: 'http://x', mapping: tmf621}]": "le contrat n’a pas de prestataire « bell »",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_configuration_is_told_in_french(tmp_path, text):
    path = tmp_path / "vigie.yaml"
    path.write_text(text, encoding="utf-8")
    with speaking("fr"):
        lines = [plain(finding.message) for finding in Checks(path, connect=False).run()]
    assert any(WRONG[text] in line for line in lines), lines


def test_a_key_that_is_a_word_of_the_catalogue_is_left_as_written(tmp_path):
    path = tmp_path / "vigie.yaml"
    path.write_text("database: mysql://x", encoding="utf-8")
    with speaking("fr"):
        (finding,) = Checks(path, connect=False).run()
    assert ":1: database" in finding.message
