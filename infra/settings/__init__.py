"""Settings of a stack: plain values, checked before anything is declared.

The story's numbers are the defaults of these models and appear nowhere else. Importable without Pulumi, so
that the simulator and the command line read the same settings as the program.
"""

from infra.settings.errors import Problem, SettingsError
from infra.settings.loading import load
from infra.settings.model import Settings

__all__ = ["Problem", "Settings", "SettingsError", "load"]
