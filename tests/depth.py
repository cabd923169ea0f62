"""How far a run of the tests searches. Every test function runs either way, and makes each of its demands.

`.ci/run` searches whole (`PLANT_TEST_DEPTH=whole`). Without that, so in `./plant test`, what is drawn at random, tried
at every place of something, or broken on purpose to see it noticed, is so a tenth as often: somebody waits for the
answer.
"""

import os

DEPTH_VARIABLE = "PLANT_TEST_DEPTH"
DEPTHS = {"whole": 1, "part": 10}
DEPTH = os.environ.get(DEPTH_VARIABLE, "part")
if DEPTH not in DEPTHS:
    raise ValueError(f"{DEPTH_VARIABLE} is {DEPTH!r}; it may be {' or '.join(DEPTHS)}")

LEAST = 10


def drawn(whole):
    """Examples to draw, of `whole` ones: never less than LEAST."""
    return max(min(whole, LEAST), whole // DEPTHS[DEPTH])


def tried(places, least=LEAST):
    """Those of the list `places` that are tried, from its first to its last: evenly spread, and at least `least`."""
    step = max(1, min(DEPTHS[DEPTH], len(places) // least))
    return places[::step]
