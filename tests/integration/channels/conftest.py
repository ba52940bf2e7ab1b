from collections.abc import Iterator

import pytest

from tests.support.channels import close_posters


@pytest.fixture(autouse=True)
def _closed_connections() -> Iterator[None]:
    yield
    close_posters()
