import operator
import threading

from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics.metric import Kind, Metric, Scope
from monitor.metrics.series import OTHER, Ceiling, Distribution, Values, family


def a_metric(**changes: object) -> Metric:
    given: dict[str, object] = {
        "name": "vigie_things_total",
        "kind": Kind.COUNTER,
        "question": "How many things?",
        "scope": Scope.PROCESS,
        "labels": ("source",),
        "ceiling": 3,
    }
    return Metric(**(given | changes))  # type: ignore[arg-type]  # as the callers spell them


def told(series: Values | Distribution) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value for sample in series.family().samples
    }


def test_the_first_label_sets_have_a_series_and_the_rest_share_one() -> None:
    folded: list[str] = []
    metric = a_metric()
    counter = Values(metric, Ceiling(metric, folded.append))
    for source in ("a", "b", "c", "d", "a"):
        counter.add((source,))
    name = "vigie_things_total"
    assert told(counter) == {(name, "a"): 2, (name, "b"): 1, (name, OTHER): 2}
    assert folded == [name, name]


def test_what_was_admitted_stays_when_it_goes_and_comes_back() -> None:
    metric = a_metric(kind=Kind.GAUGE)
    ceiling = Ceiling(metric, lambda _name: None)
    ceiling.fold([(("a",), 1.0), (("b",), 1.0)])
    assert ceiling.fold([(("c",), 5.0), (("b",), 1.0)]) == {(OTHER,): 5.0, ("b",): 1.0}


@given(st.lists(st.tuples(st.tuples(st.text(max_size=2)), st.integers(0, 9)), max_size=60))
def test_folding_loses_no_count_and_keeps_the_ceiling(values: list[tuple[tuple[str], int]]) -> None:
    metric = a_metric(ceiling=5)
    series = Ceiling(metric, lambda _name: None).fold((labels, float(n)) for labels, n in values)
    assert sum(series.values()) == sum(n for _, n in values)
    assert len(series) <= 5


def test_a_state_folds_to_the_worst() -> None:
    rows = [
        ((source,), float(value)) for source, value in zip("abcde", (1, 1, 0, 1, 0), strict=True)
    ]
    worst = Ceiling(a_metric(fold=max), lambda _name: None).fold(rows)
    assert worst[(OTHER,)] == 1.0
    oldest = Ceiling(a_metric(fold=min), lambda _name: None).fold(rows)
    assert oldest[(OTHER,)] == 0.0
    counts = Ceiling(a_metric(fold=operator.add), lambda _name: None).fold(rows)
    assert counts[(OTHER,)] == 1.0


def test_adding_nothing_makes_the_series() -> None:
    metric = a_metric()
    counter = Values(metric, Ceiling(metric, lambda _name: None))
    counter.add(("a",), 0)
    assert told(counter) == {("vigie_things_total", "a"): 0}


def test_counts_of_many_threads_add_up() -> None:
    metric = a_metric(ceiling=100)
    counter = Values(metric, Ceiling(metric, lambda _name: None))

    def count() -> None:
        for index in range(500):
            counter.add((str(index % 7),))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told(counter).values()) == 4000


def test_a_bucket_holds_its_own_bound_and_all_below() -> None:
    metric = a_metric(name="vigie_span_seconds", kind=Kind.HISTOGRAM, buckets=(0.5, 1, 60))
    spans = Distribution(metric, Ceiling(metric, lambda _name: None))
    for seconds in (0.25, 0.5, 1.0, 1.5, 61.0):
        spans.observe(seconds, ("mail",))
    assert told(spans) == {
        ("vigie_span_seconds_bucket", "mail", "0.5"): 2,
        ("vigie_span_seconds_bucket", "mail", "1.0"): 3,
        ("vigie_span_seconds_bucket", "mail", "60.0"): 4,
        ("vigie_span_seconds_bucket", "mail", "+Inf"): 5,
        ("vigie_span_seconds_count", "mail"): 5,
        ("vigie_span_seconds_sum", "mail"): 64.25,
    }


def test_a_distribution_is_bounded_and_declared_too() -> None:
    metric = a_metric(name="vigie_span_seconds", kind=Kind.HISTOGRAM, buckets=(1,), ceiling=2)
    spans = Distribution(metric, Ceiling(metric, lambda _name: None))
    spans.declare(("mail",))
    spans.observe(3, ("pager",))
    spans.observe(3, ("teams",))
    assert told(spans)["vigie_span_seconds_count", "mail"] == 0
    assert told(spans)["vigie_span_seconds_count", OTHER] == 2


def test_one_without_labels_is_there_from_the_start() -> None:
    gauge = a_metric(name="vigie_last_seconds", kind=Kind.GAUGE, labels=(), ceiling=1)
    last = Values(gauge, Ceiling(gauge, lambda _name: None))
    assert told(last) == {("vigie_last_seconds",): 0}
    last.set(7)
    assert told(last) == {("vigie_last_seconds",): 7}
    metric = a_metric(name="vigie_span_seconds", kind=Kind.HISTOGRAM, labels=(), buckets=(1,))
    assert (
        told(Distribution(metric, Ceiling(metric, lambda _name: None)))[
            ("vigie_span_seconds_count",)
        ]
        == 0
    )


def test_a_family_has_its_help_and_no_series_of_its_own() -> None:
    for kind in Kind:
        empty = family(a_metric(kind=kind, name=f"vigie_{kind}_total"), {})
        assert empty.documentation == "How many things? Of this process, since it started."
        assert empty.samples == []
