"""A stack file with measured settings in it."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from deployment.errors import InputError
from workbench.actual.calibration import Calibration


def calibrated_text(stack: str, calibration: Calibration, root: Path) -> tuple[str, list[str]]:
    """Text of the file of `stack` in `root` with the measured settings, and what changes, for people.

    Comments and order stay. Raises InputError when the settings would not be valid, with all problems: then nothing
    should be written.
    """
    from infra.settings import SettingsError, load
    from workbench.preview.stackfile import read_stack
    from workbench.simulate.optimize.stackfile import changed

    wanted: dict[str, dict[str, Any]] = defaultdict(dict)
    changes = []
    for one in calibration.found:
        group, key = one.path
        # The busiest hour says that the peak is no lower, and not that it is no higher: the worst case rests on it.
        lower_peak = key == "peak_requests_per_second" and one.measured < one.declared
        if one.measured != one.declared and not lower_peak:
            wanted[group][key] = one.value
            changes.append(f"{group}.{key}: {one.declared:f} becomes {one.measured:f} ({one.how})")
    path = root / f"Pulumi.{stack}.yaml"
    overrides = {
        f"{group}.{key}": str(value) if isinstance(value, int) else f'"{value}"'
        for group, values in wanted.items()
        for key, value in values.items()
    }
    config = read_stack(root, stack, overrides).config
    try:
        load(config, path.name)
    except SettingsError as error:
        raise InputError(*(f"--write: not written: {line}" for line in str(error).splitlines())) from None
    before = path.read_text(encoding="utf-8")
    return (changed(before, wanted, path.name) if wanted else before), changes
