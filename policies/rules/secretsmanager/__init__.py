"""Rules about secretsmanager."""
