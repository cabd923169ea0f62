"""Rules of the group waf."""
