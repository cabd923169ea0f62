"""The one error of this package that is the user's to mend."""

from __future__ import annotations


class InputError(Exception):
    """A file or setting from outside is wrong. One line for each problem; the command line exits with 2."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
