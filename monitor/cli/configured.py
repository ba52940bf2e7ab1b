"""What a command works on: the settings it was pointed at, and the contract they name."""

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from monitor.cli.command import config_path
from monitor.cli.words import spoken

if TYPE_CHECKING:
    # Loaded when called: most of a command's start-up goes into these.
    from monitor.contract.book import ContractBook
    from monitor.settings import Settings


def configured_settings(ctx: click.Context) -> "Settings":
    """The settings that `--config` leads to.

    Raises:
        InputError: as `load_settings`.
    """
    from monitor.settings import load_settings  # noqa: PLC0415 - see above

    return load_settings(config_path(ctx))


def configured_contract(ctx: click.Context) -> "ContractBook":
    """The contract that those settings name.

    Raises:
        InputError: the settings or the contract are wrong.
    """
    from monitor.configuration import contract_of  # noqa: PLC0415 - see above

    return contract_of(configured_settings(ctx))


def complete_commitment(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The commitments and categories that a shell may complete to."""
    from monitor.errors import InputError  # noqa: PLC0415 - see above

    try:
        book = configured_contract(ctx)
    except InputError:
        # Nothing to offer; the command itself will say what is wrong.
        return []
    language = spoken()
    # Categories too, where the place decides: `delivery`.
    names: dict[str, str] = {}
    for commitment in (one for version in book.versions for one in version.commitments):
        if commitment.region is not None:
            names.setdefault(commitment.category, "")
        names[commitment.id] = language.label(commitment.label)
    return [
        CompletionItem(name, help=label)
        for name, label in sorted(names.items())
        if name.startswith(incomplete)
    ]
