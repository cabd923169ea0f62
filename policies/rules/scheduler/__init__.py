"""Rules about scheduler."""
