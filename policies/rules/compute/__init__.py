"""Rules of the group compute."""
