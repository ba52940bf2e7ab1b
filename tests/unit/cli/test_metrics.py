from monitor.metrics.catalogue import METRICS
from tests.support.command_line import run


def test_every_metric_is_told_with_its_question():
    told = run("metrics").out
    for metric in METRICS:
        assert metric.name in told
        assert metric.question in told


def test_questions_are_asked_in_the_readers_language():
    ran = run("metrics", "tick_last", "--lang", "fr")
    assert "Quand le dernier tour de jugement a-t-il fini?" in ran.out
    assert "vigie_outbox_depth" not in ran.out


def test_a_script_has_all_there_is_to_know():
    (metric,) = run("metrics", "poll_duration", "--json").json
    assert metric["kind"] == "histogram"
    assert metric["labels"] == ["source"]
    assert metric["scope"] == "process"
    assert metric["help"].startswith(metric["question"])
    assert metric["buckets"] == sorted(metric["buckets"])
    assert metric["ceiling"] == 100


def test_a_name_that_none_has_is_refused():
    ran = run("metrics", "tickets")
    assert ran.status == 2
    assert ran.error.startswith("no metric has 'tickets' in its name")
