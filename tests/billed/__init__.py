"""Hand-computed dollars of every priced type, a file for each file of cost/pricers."""

from importlib import import_module
from pathlib import Path

CASES = [
    each
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py"))
    for each in import_module(f"{__name__}.{path.stem}").CASES
]
