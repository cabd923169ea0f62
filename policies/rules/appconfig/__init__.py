"""Rules about appconfig."""
