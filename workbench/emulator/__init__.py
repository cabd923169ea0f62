"""Embedded AWS: a provider backed by moto, and the scenarios that are rehearsed on it."""
