"""Rules of the group governance."""
