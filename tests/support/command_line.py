"""`vigie` run in this process, as a shell would, and what it said."""

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from monitor.cli.root import vigie

_SILENT = ("VIGIE_CONFIG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "NO_COLOR")


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The one line that tells of an error; fails where there are several, or a traceback."""
        (line,) = [line for line in self.err.splitlines() if not line.startswith("Try '")]
        assert line.startswith("Error: "), self.err
        return line.removeprefix("Error: ")


def run(*arguments: str, stdin: str | bytes | None = None, **environment: str) -> Ran:
    """Run `vigie` with these arguments, in English unless the environment says otherwise."""
    quiet: dict[str, str | None] = dict.fromkeys(_SILENT)
    result = CliRunner().invoke(
        vigie, arguments, input=stdin, env={**quiet, "LANG": "en_CA.UTF-8", **environment}
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
