"""`python -m workbench.cli`: what the launcher starts."""

import gc
import sys

# A command builds much and throws little away; with Python's defaults (700 allocations) the collector looks through
# the imported SDK again and again, for a third of the time of a preview (tests/benchmarks/test_preview.py).
gc.set_threshold(200_000, 50, 100)
if sys.argv[1:2] in (["check"], ["cost"]):
    gc.disable()  # hardly a cycle in what they make: 360 files took 2 MB more, and a third less time

from workbench.cli.main import main  # noqa: E402 - the lines above have to come before the imports

try:
    main()
finally:
    # The process ends, and its memory with it: looking through all of it for cycles took a fifth of a preview that
    # declares. Whatever has to be put away is still told (atexit, `with`, reference counts).
    gc.freeze()
