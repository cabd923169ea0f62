"""What the command line needs around the estimator: usage files, comparisons, refresh of the catalogue."""
