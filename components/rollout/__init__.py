"""How a new version reaches users: flag, canary, state machine."""
