"""Rules about sfn."""
