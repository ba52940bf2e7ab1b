import gettext
import shutil

import pytest
from babel.messages import Catalog

from monitor.locale import catalogue


@pytest.fixture
def po(tmp_path):
    """A copy of the shipped catalogue, in step with the code as it is now."""
    path = tmp_path / "vigie.po"
    shutil.copy(catalogue.PO, path)
    catalogue.update(path, prune=True)
    return path


def edit(po, before: str, after: str) -> None:
    text = po.read_text(encoding="utf-8")
    assert before in text
    po.write_text(text.replace(before, after), encoding="utf-8")


def test_the_shipped_french_is_whole_and_compiled(capsys):
    assert catalogue.main(["check"]) == 0, capsys.readouterr().err


def test_updating_again_changes_nothing(po):
    files = (po, po.with_suffix(".mo"))
    before = [path.read_bytes() for path in files]
    catalogue.update(po, prune=False)
    assert [path.read_bytes() for path in files] == before


def test_the_compiled_catalogue_is_what_gettext_reads(po):
    with po.with_suffix(".mo").open("rb") as stream:
        french = gettext.GNUTranslations(stream)
    assert french.gettext("At risk") == "À risque"
    business_days = french.ngettext("{n} business day", "{n} business days", 0)
    assert business_days == "{n}\xa0jour ouvrable"
    assert french.pgettext("short", "end of {day}") != french.gettext("end of {day}")


def test_check_lists_a_missing_translation(po, capsys):
    edit(po, 'msgstr "À risque"', 'msgstr ""')
    assert catalogue.main(["check"], po) == 1
    err = capsys.readouterr().err
    assert "not translated: 'At risk' (monitor/locale/words.py)" in err
    assert "vigie.mo is not compiled from vigie.po" in err


def test_check_refuses_a_fuzzy_translation(po, capsys):
    edit(po, 'msgid "At risk"', '#, fuzzy\nmsgid "At risk"')
    assert catalogue.main(["check"], po) == 1
    assert "marked fuzzy: 'At risk'" in capsys.readouterr().err


def test_check_refuses_a_placeholder_that_is_not_in_the_text(po, capsys):
    edit(po, 'msgstr "{day} à {time}"', 'msgstr "{jour} à {time}"')
    assert catalogue.main(["check"], po) == 1
    assert "other placeholders: '{day} at {time}'" in capsys.readouterr().err


def test_a_text_gone_from_the_code_is_kept_until_pruned(po, capsys):
    with po.open("a", encoding="utf-8") as stream:
        stream.write('\nmsgid "No longer said"\nmsgstr "Plus jamais dit"\n')
    assert catalogue.main(["update"], po) == 0
    assert '#~ msgstr "Plus jamais dit"' in po.read_text(encoding="utf-8")
    assert catalogue.main(["check"], po) == 1
    assert "no longer in the code" in capsys.readouterr().err
    catalogue.main(["update", "--prune"], po)
    assert "Plus jamais dit" not in po.read_text(encoding="utf-8")


def test_a_text_that_comes_back_finds_its_translation():
    template, translated = Catalog(locale="fr"), Catalog(locale="fr")
    translated.add("Held", "Retenu")
    aside = catalogue.merged(template, translated)
    template.add("Held", locations=[("monitor/x.py", 1)])
    assert next(m.string for m in catalogue.merged(template, aside) if m.id) == "Retenu"


def test_a_singular_that_becomes_a_plural_waits_for_its_translation():
    template, translated = Catalog(locale="fr"), Catalog(locale="fr")
    translated.add("{n} case", "{n} dossier")
    template.add(("{n} case", "{n} cases"), locations=[("monitor/x.py", 1)])
    assert any(
        "not translated" in problem
        for problem in catalogue.problems(catalogue.merged(template, translated))
    )
