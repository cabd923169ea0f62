"""Faults injected into embedded AWS: refused calls, lost answers, killed processes."""
