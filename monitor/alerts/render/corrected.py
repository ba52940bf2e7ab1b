"""What a correction takes back: what was said, what is true, and what it was learned from."""

from collections.abc import Iterator

from monitor.alerts.render.standing import Standing, verdict_words
from monitor.alerts.render.story import Story, clean
from monitor.cases.obligation import Reason
from monitor.locale import Language

Row = tuple[str, str]


def corrected(story: Story, language: Language) -> tuple[Row, ...]:
    """Nothing where the message is no correction."""
    return tuple(_corrected(story, language))


def _corrected(story: Story, language: Language) -> Iterator[Row]:
    _ = language.gettext
    told = story.firing.corrects
    if told is None:
        return
    said = Standing(
        at=told.at,
        verdict=told.verdict,
        reason=told.reason,
        due_at=told.due_at,
        stopped_at=told.stopped_at,
    )
    yield _("It was said on"), language.instant(told.at, story.zone)
    yield _("What was said"), verdict_words(said, story.zone, language)
    yield _("What is true"), verdict_words(story.standing, story.zone, language)
    yield _("Why"), _cause(story, language)


def _cause(story: Story, language: Language) -> str:
    told, learned = story.firing.corrects, story.learned
    if learned is not None:
        status = clean(learned.raw_status)
        if learned.status is not None:
            status = f"{language.status(learned.status)} ({status})"
        text = language.gettext(
            "the provider's statement “{status}”, dated {at}, learned {learned}"
        )
        return text.format(
            status=status,
            at=language.instant(learned.changed_at, story.zone),
            learned=language.instant(learned.observed_at, story.zone),
        )
    if told is not None and told.reason in (Reason.GONE, Reason.GONE_LATE):
        return language.gettext("the provider's system has the case again")
    return language.gettext("the contract, a calendar or a place was changed since")
