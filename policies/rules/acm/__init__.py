"""Rules about acm."""
