"""The `vigie` command: one module a subcommand, imported when it is called and not before."""


def main() -> None:
    """Run `vigie` on the process's arguments; ends the process with its exit status."""
    from monitor.cli.root import vigie  # noqa: PLC0415 - importing this package stays free

    vigie.main(prog_name="vigie")
