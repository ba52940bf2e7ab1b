"""What a command works on: the settings it was pointed at, and the contract they name."""

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from monitor.cli.command import config_path
from monitor.cli.words import spoken
from monitor.locale import N_

if TYPE_CHECKING:
    # Loaded when called: most of a command's start-up goes into these.
    from monitor.contract.book import ContractBook
    from monitor.settings import Settings, SourceSettings


def configured_settings(ctx: click.Context) -> "Settings":
    """The settings that `--config` leads to.

    Raises:
        InputError: as `load_settings`.
    """
    from monitor.settings import load_settings  # noqa: PLC0415 - see above

    return load_settings(config_path(ctx))


def configured_source(ctx: click.Context, name: str) -> "SourceSettings":
    """The source of this name in those settings.

    Raises:
        InputError: the settings are wrong, or have none of this name.
    """
    from monitor.errors import InputError  # noqa: PLC0415 - see above
    from monitor.located_yaml.words import nearest  # noqa: PLC0415

    sources = {source.name: source for source in configured_settings(ctx).sources}
    if name in sources:
        return sources[name]
    near = nearest(name, sources)
    if near is not None:
        raise InputError(
            N_("no source is named '{name}'; did you mean '{near}'?"), name=name, near=near
        )
    raise InputError(
        N_("no source is named '{name}'; those there are: {names}"),
        name=name,
        names=", ".join(sorted(sources)) or "–",
    )


def configured_contract(ctx: click.Context) -> "ContractBook":
    """The contract that those settings name.

    Raises:
        InputError: the settings or the contract are wrong.
    """
    from monitor.configuration import contract_of  # noqa: PLC0415 - see above

    return contract_of(configured_settings(ctx))


def complete_source(
    ctx: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The sources that a shell may complete to."""
    from monitor.errors import InputError  # noqa: PLC0415 - see above

    try:
        sources = configured_settings(ctx).sources
    except InputError:
        # Nothing to offer; the command itself will say what is wrong.
        return []
    return [
        CompletionItem(source.name, help=source.kind)
        for source in sources
        if source.name.startswith(incomplete)
    ]


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
