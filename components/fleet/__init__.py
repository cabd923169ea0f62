"""Instances that answer requests, and what they may do."""
