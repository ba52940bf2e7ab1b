from monitor.errors import InputError
from monitor.locale import language
from monitor.locale.marking import N_, Said


def test_a_message_without_fields_is_taken_as_it_is():
    error = InputError("a: {b}: is wrong")
    assert str(error) == error.told(language("fr").gettext) == "a: {b}: is wrong"


def test_a_template_is_told_in_the_language_of_the_reader():
    error = InputError(N_("{path}: is not UTF-8 text; save it as UTF-8"), path="{odd} name.yaml")
    assert str(error) == "{odd} name.yaml: is not UTF-8 text; save it as UTF-8"
    french = error.told(language("fr").gettext).replace("\N{NO-BREAK SPACE}", " ")
    assert french == "{odd} name.yaml : n’est pas du texte en UTF-8; enregistrez-le en UTF-8"


def test_one_without_fields_is_told_in_the_language_of_the_reader():
    error = InputError(
        N_("traces: needs OpenTelemetry, which is not installed: pip install 'vigie[traces]'")
    )
    assert error.told(language("fr").gettext).startswith("traces : il faut OpenTelemetry")


def test_what_the_system_says_is_told_too():
    error = InputError("{path}: {reason}", path="x", reason=Said("Permission denied"))
    assert error.told(language("fr").gettext) == "x: Permission refusée"
    assert error.told(language("en").gettext) == "x: Permission denied"
    # An empty text would stand for the catalogue's own header.
    assert (
        InputError("{path}: {reason}", path="x", reason=Said("")).told(language("fr").gettext)
        == "x: "
    )
