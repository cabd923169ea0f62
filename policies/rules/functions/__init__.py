"""Rules of the group functions."""
