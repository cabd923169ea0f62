"""Rules about stack."""
