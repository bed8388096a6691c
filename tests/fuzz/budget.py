"""How long the fuzzing runs: the same inputs in every test run, more and new ones with FUZZ_EXAMPLES=20000."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "400"))
SAME_EACH_TIME = "FUZZ_EXAMPLES" not in os.environ

fuzzed = settings(
    max_examples=EXAMPLES,
    derandomize=SAME_EACH_TIME,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
