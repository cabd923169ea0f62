"""In which order the workers of pytest-xdist should have the tests."""

import os
from itertools import groupby

WORKERS_VARIABLE = "PYTEST_XDIST_WORKER_COUNT"
WORKER_VARIABLE = "PYTEST_XDIST_WORKER"


def workers():
    """How many workers share this run; 1 where it is not shared."""
    return int(os.environ.get(WORKERS_VARIABLE, "1"))


def begins_at_the_end():
    """Whether this worker, of names gw0, gw1, …, looks for tests from the end."""
    return os.environ.get(WORKER_VARIABLE, "gw0")[-1] in "13579"


def spread(tests, file_of, is_slow, number):
    """`tests` in an order in which each of `number` workers begins with long ones.

    Each worker is given one stretch of the list, of equal lengths, and steals from the end of another's when it is
    done. Long tests at the end of a stretch would keep one worker busy while nobody else has anything left. Tests of a
    file stay together, for what they share, unless a stretch ends between them.
    """
    files = [list(group) for _, group in groupby(tests, key=file_of)]
    long_ones = [group for group in files if any(map(is_slow, group))]
    rest = [test for group in files if not any(map(is_slow, group)) for test in group]
    stretches = [[test for group in long_ones[worker::number] for test in group] for worker in range(number)]
    for worker, stretch in enumerate(stretches):
        length = len(tests) * (worker + 1) // number - len(tests) * worker // number
        missing = max(0, length - len(stretch))
        stretch += rest[:missing]
        del rest[:missing]
    return [test for stretch in stretches for test in stretch] + rest
