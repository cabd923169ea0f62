"""Rules of the group edge."""
