"""Rules of the group naming."""
