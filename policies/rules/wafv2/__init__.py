"""Rules about wafv2."""
