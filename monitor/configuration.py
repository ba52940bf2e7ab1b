"""Settings and the contract they name, each sound in itself, held against one another."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.alerts.escalation import Recipient
from monitor.alerts.policy.check import check_policy
from monitor.collectors.mapping import MappingSettings, dangling_categories
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
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
    for path, message, remedy in check_policy(settings.policy, book.versions, recipients):
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


def _mappings(source: SourceSettings) -> Iterator[tuple[tuple[str | int, ...], MappingSettings]]:
    """Every mapping of a source, with the path to it."""
    yield ("mapping",), source.mapping
    if isinstance(source, MailboxSettings):
        for number, rule in enumerate(source.rules):
            if rule.mapping is not None:
                yield ("rules", number, "mapping"), rule.mapping
