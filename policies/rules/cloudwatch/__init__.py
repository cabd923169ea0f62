"""Rules about cloudwatch."""
