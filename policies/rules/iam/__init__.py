"""Rules of the group iam."""
