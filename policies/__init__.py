"""What a stack has to satisfy: rules, promises, waivers, and the pack that enforces them."""

from pathlib import Path
from typing import Final

PACK_DIRECTORY: Final = Path(__file__).resolve().parent
"""Where the pack's own files are: the schema, and its configuration and waivers unless a pack of others has its own."""

DISTRIBUTION: Final = "plant-api-stack"
"""Name under which this project is installed; its version is the version of everything in it."""
