"""`vigie completion`: the script by which a shell completes `vigie`."""

import click
from click.shell_completion import get_completion_class

from monitor.cli.command import Argument, Command, Example
from monitor.locale import N_


@click.command(
    "completion",
    cls=Command,
    help=N_(
        "Print the script that completes commands, options and the contract's commitments in a"
        " shell; the shell reads it when it starts."
    ),
    examples=(
        Example(
            N_("bash"), "vigie completion bash > ~/.local/share/bash-completion/completions/vigie"
        ),
        Example(N_("zsh, in ~/.zshrc"), "source <(vigie completion zsh)"),
        Example(N_("fish"), "vigie completion fish > ~/.config/fish/completions/vigie.fish"),
    ),
)
@click.argument(
    "shell",
    cls=Argument,
    type=click.Choice(("bash", "zsh", "fish")),
    help=N_("The shell to write it for."),
)
@click.pass_context
def command(ctx: click.Context, *, shell: str) -> None:
    complete = get_completion_class(shell)
    assert complete is not None  # noqa: S101 - click has all three
    root = ctx.find_root().command
    click.echo(complete(root, {}, "vigie", "_VIGIE_COMPLETE").source())
