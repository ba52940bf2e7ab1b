"""Prism, and TM Forum's own files made ready for it: a proxy that checks what passes.

The npm package is no part of Vigie. It is looked for on the path and under `.peers`, where
`.ci/run` puts it.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from tests.support.services import absent, free_port

PEERS = Path(os.environ.get("VIGIE_TEST_PEERS", ".peers"))
_PATIENCE_SECONDS = 90.0
"""For Prism to be ready, on a machine that does much else."""


def require_prism() -> Path:
    """Where Prism is; without it the test is skipped, or fails where services are required."""
    path = f"{os.environ.get('PATH', '')}:{PEERS / 'prism/node_modules/.bin'}"
    found = shutil.which("prism", path=path)
    if found is None:
        absent(f"prism is missing: npm install --prefix {PEERS}/prism @stoplight/prism-cli@5")
    return Path(found)


def prepared(
    content: Mapping[str, Any], resource: str, *, deepest: int | None = None
) -> Mapping[str, Any]:
    """A specification as Prism can use it: the reading of one collection, as we speak of it.

    - A record of v5 fits several of its `oneOf`, which are open: any of them is right.
    - TMF630 has 206 for a part of a list and HTTP has 429; the files list neither.
    - What nothing leads to from the two GETs is left out: Prism takes its time for each schema.
    - A schema that leads back to itself is open there: Prism would silently check nothing at all.
    - With `deepest`, so is what lies behind so many references: made-up orders, of items of items,
      have ten thousand parts each otherwise, and take a minute to make up.
    """
    kept: dict[str, Any] = {key: _plain(part) for key, part in content.items()}
    kept["paths"] = {
        path: {
            name: part for name, part in kept["paths"][path].items() if name in _PARTS_OF_READING
        }
        for path in (f"/{resource}", f"/{resource}/{{id}}")
    }
    for operations in kept["paths"].values():
        answers = operations["get"]["responses"]
        answers.setdefault("206", answers["200"])
        answers.setdefault("429", {"description": "Too many requests"})
    reached: set[str] = set()
    _follow(kept["paths"], kept, reached, (), deepest)
    for prefix, folder in _folders(kept):
        for name in [name for name in folder if f"{prefix}{name}" not in reached]:
            del folder[name]
    return kept


_PARTS_OF_READING = ("get", "parameters")


def _plain(node: Any) -> Any:
    if isinstance(node, Mapping):
        return {("anyOf" if key == "oneOf" else key): _plain(part) for key, part in node.items()}
    if isinstance(node, list):
        return [_plain(part) for part in node]
    # YAML reads an example that is a date as a date.
    return node if node is None or isinstance(node, str | int | float) else str(node)


def _folders(content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "definitions" in content:
        yield "#/definitions/", content["definitions"]
    for name, folder in content.get("components", {}).items():
        yield f"#/components/{name}/", folder


def _follow(
    node: Any,
    content: Mapping[str, Any],
    reached: set[str],
    within: tuple[str, ...],
    deepest: int | None,
) -> None:
    """Note what a part of the content leads to; `within`: the references that led here."""
    if isinstance(node, list):
        for part in node:
            _follow(part, content, reached, within, deepest)
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        if reference in within or len(within) == deepest:
            node.clear()
        elif reference not in reached:
            reached.add(reference)
            _follow(_at(reference, content), content, reached, (*within, reference), deepest)
        return
    for part in node.values():
        _follow(part, content, reached, within, deepest)


def _at(reference: str, content: Any) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        content = content[part]
    return content


@contextmanager
def prism(program: Path, log: Path, *arguments: str) -> Iterator[str]:
    """The origin of a Prism that runs with these arguments until the block ends."""
    port = free_port()
    command = [str(program), *arguments, "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        _await_start(process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _await_start(process: "subprocess.Popen[bytes]", log: Path) -> None:
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while b"listening" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > give_up_at:
            _fail(log)
        time.sleep(0.05)


def _fail(log: Path) -> NoReturn:
    raise RuntimeError(f"prism did not start:\n{log.read_text(errors='replace')[-2000:]}")
