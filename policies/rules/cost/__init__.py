"""Rules of the group cost."""
