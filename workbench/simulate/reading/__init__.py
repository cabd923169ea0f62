"""The declared stack, read from its resources: one file a kind."""

from workbench.simulate.reading.stack import Assumptions, read

__all__ = ["Assumptions", "read"]
