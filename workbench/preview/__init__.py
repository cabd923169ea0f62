"""Offline preview: the program under a recording monitor, and what comes of it."""
