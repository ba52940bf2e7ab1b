"""How hard the property tests look: `HYPOTHESIS_PROFILE=thorough make test ARGS=tests/properties`.

The default keeps the suite short; `thorough` is for a change to the clock, `exhausting` for a
night. None has a time limit per example: a busy machine is no bug.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

for name, examples in (("default", 60), ("thorough", 1_000), ("exhausting", 20_000)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        suppress_health_check=_SLOW_IS_FINE,
        database=None if name == "default" else settings().database,
        print_blob=True,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
