"""Settings of the tests with hypothesis: always the same examples, all of them in `make stress`.

`make quick` and `make test` do a tenth of the trials.
"""

from collections.abc import Sequence

from hypothesis import HealthCheck, settings

settings.register_profile("all", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("quick", derandomize=True, deadline=None, max_examples=10)


def trials(number: int, allowed: Sequence[HealthCheck] = ()) -> settings:
    """Return settings for a number of trials, which `--hypothesis-profile=quick` divides by 10."""
    share = settings().max_examples / settings.get_profile("all").max_examples
    return settings(max_examples=max(1, round(number * share)), suppress_health_check=allowed)
