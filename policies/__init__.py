"""What a stack has to satisfy: rules, promises, waivers, and the pack that enforces them."""

from pathlib import Path
from typing import Final

PACK_DIRECTORY: Final = Path(__file__).resolve().parent
"""Where the pack's own files are: configuration, waivers, schema."""
