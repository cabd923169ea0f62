"""Rules of the group logging."""
