"""Rules of the group kubernetes."""
