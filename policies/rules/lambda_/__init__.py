"""Rules about lambda."""
