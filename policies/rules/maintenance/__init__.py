"""Rules of the group maintenance."""
