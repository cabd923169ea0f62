"""What a stack was billed, beside what it was estimated at."""
