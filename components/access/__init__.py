"""Roles, their policies, and the boundary of both."""
