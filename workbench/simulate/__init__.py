"""A twin of the declared stack under load."""
