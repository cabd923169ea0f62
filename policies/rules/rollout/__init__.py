"""Rules of the group rollout."""
