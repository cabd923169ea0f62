"""Rules of the group cache."""
