from monitor.metrics import documentation
from monitor.metrics.catalogue import METRICS


def test_the_page_is_what_the_catalogue_says(capsys):
    assert documentation.main(["check"]) == 0
    assert all(f"### `{metric.name}`" in documentation.page() for metric in METRICS)


def test_a_page_that_is_not_is_found_and_mended(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(documentation, "PAGE", tmp_path / "metrics.md")
    assert documentation.main(["check"]) == 1
    assert "run 'python -m monitor.metrics.documentation update'" in capsys.readouterr().err
    assert documentation.main(["update"]) == 0
    assert documentation.main(["check"]) == 0
    assert documentation.main(["else"]) == 2
