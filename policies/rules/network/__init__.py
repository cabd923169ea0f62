"""Rules of the group network."""
