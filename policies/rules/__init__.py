"""One rule a file, grouped by what it protects."""
