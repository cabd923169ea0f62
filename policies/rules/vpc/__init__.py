"""Rules about vpc."""
