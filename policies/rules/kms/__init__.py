"""Rules about kms."""
