"""Settings and the contract they name, each sound in itself, held against one another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.alerts.escalation import Recipient
from monitor.alerts.policy.check import check_policy
from monitor.cases.periods import Period, Rhythm
from monitor.collectors.mapping import MappingSettings, dangling_categories
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind
from monitor.locale.marking import N_, Said
from monitor.located_yaml import DocumentError, LocatedDocument, Problem
from monitor.located_yaml.words import one_of
from monitor.settings import MailboxSettings, Settings, SourceSettings, located_settings


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that an operator decides, sound and in agreement."""

    settings: Settings
    book: ContractBook


def load_configuration(path: Path | None) -> Configuration:
    """Read settings as `load_settings` does, and the contract they name.

    Raises:
        InputError: either is wrong, or they disagree: a policy or a recipient that names what the
            contract does not know, a provider it does not have, a category nothing is owed on.
            Every problem, one a line.
    """
    settings, document = located_settings(path)
    book = contract_of(settings)
    if wrong := list(disagreements(settings, document, book)):
        raise DocumentError(wrong)
    return Configuration(settings, book)


def contract_of(settings: Settings) -> ContractBook:
    """The contract the settings name, with the operator's days off and decisions on places.

    Raises:
        InputError: as `load_contract`.
    """
    return load_contract(
        settings.contracts, closed_days=settings.closed_days, rulings=settings.places
    )


def disagreements(
    settings: Settings, document: LocatedDocument, book: ContractBook
) -> Iterator[Problem]:
    """What the settings name that the contract does not know; `document` knows the lines."""
    recipients = [Recipient(**recipient.model_dump()) for recipient in settings.recipients]
    for path, message, remedy in check_policy(
        settings.policy, book.versions, recipients, settings.policies, _other_roles(settings)
    ):
        yield document.problem(path, message, remedy)
    providers = {provider.id for version in book.versions for provider in version.providers}
    categories = {category for version in book.versions for category in version.categories}
    for index, source in enumerate(settings.sources):
        if source.provider not in providers:
            yield document.problem(
                ("sources", index, "provider"),
                Said(N_("the contract has no provider '{name}'"), name=source.provider),
                one_of(source.provider, providers),
            )
        for path, mapping in _mappings(source):
            for word, category in dangling_categories(mapping, categories).items():
                yield document.problem(
                    ("sources", index, *path, "category_map", word),
                    Said(
                        N_("'{word}' leads to '{category}', on which the contract owes nothing"),
                        word=word,
                        category=category,
                    ),
                    Said(
                        N_("lead it to one of {names}, or list it in outside_contract"),
                        names=", ".join(sorted(categories)),
                    ),
                )
    yield from _unpromised(settings, document, book, providers)


def _other_roles(settings: Settings) -> set[str]:
    """Those that reports are sent to, and that stand in for a channel."""
    reports = {role for each in settings.reports if each.send is not None for role in each.send.to}
    fallbacks = [each.fallback for each in settings.channels.values()]
    return reports | {each.role for each in fallbacks if each is not None and each.role is not None}


def _unpromised(
    settings: Settings, document: LocatedDocument, book: ContractBook, providers: Collection[str]
) -> Iterator[Problem]:
    """Reports that the contract does not promise, of whom, or from when on."""
    first = book.versions[0].effective_from
    promised = {
        commitment.id
        for version in book.versions
        for commitment in version.commitments
        if commitment.case_kind is CaseKind.DELIVERABLE
    }
    for index, each in enumerate(settings.deliverables):
        if each.commitment not in promised:
            yield document.problem(
                ("deliverables", index, "commitment"),
                Said(N_("the contract promises no deliverable '{name}'"), name=each.commitment),
                one_of(each.commitment, promised),
            )
        if each.provider not in providers:
            yield document.problem(
                ("deliverables", index, "provider"),
                Said(N_("the contract has no provider '{name}'"), name=each.provider),
                one_of(each.provider, providers),
            )
        if each.first.last_day(each.billing_day) < first:
            yield document.problem(
                ("deliverables", index, "from"),
                Said(
                    N_("{period} ends before the contract's first version, of {day}"),
                    period=str(each.first),
                    day=str(first),
                ),
                Said(
                    N_("write {period} or later"),
                    period=str(_first_after(first, each.billing_day, each.rhythm)),
                ),
            )


def _first_after(day: date, billing_day: int | None, rhythm: Rhythm) -> Period:
    """The first period that ends on a day or later."""
    period = Period.of(day, rhythm)
    return period if period.last_day(billing_day) >= day else period.next()


def _mappings(source: SourceSettings) -> Iterator[tuple[tuple[str | int, ...], MappingSettings]]:
    """Every mapping of a source, with the path to it."""
    yield ("mapping",), source.mapping
    if isinstance(source, MailboxSettings):
        for number, rule in enumerate(source.rules):
            if rule.mapping is not None:
                yield ("rules", number, "mapping"), rule.mapping
