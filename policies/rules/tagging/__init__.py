"""Rules of the group tagging."""
