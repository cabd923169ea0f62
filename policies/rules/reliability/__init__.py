"""Rules of the group reliability."""
