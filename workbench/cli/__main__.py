"""`python -m workbench.cli`: what the launcher starts."""

import gc

# A command builds much and throws little away; with Python's defaults (700 allocations) the collector looks through
# the imported SDK again and again, for a third of the time of a preview (tests/benchmarks/test_preview.py).
gc.set_threshold(200_000, 50, 100)

from workbench.cli.main import main  # noqa: E402 - the line above has to come before the imports

try:
    main()
finally:
    # The process ends, and its memory with it: looking through all of it for cycles took a fifth of a preview that
    # declares. Whatever has to be put away is still told (atexit, `with`, reference counts).
    gc.freeze()
