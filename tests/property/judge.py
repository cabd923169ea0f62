"""Previews one configuration a line of standard input, and answers with a line of JSON; the settings fuzz starts it.

A process of its own, because looking for garbage took a quarter of the time: a declared stack leaves some 7 MB of it,
which goes with the process. Rehearsals, which several drawn stacks share, are kept in a folder of their own: they would
drive out what previews find again.
"""

import gc
import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import yaml

from deployment.errors import InputError
from deployment.kept import FOLDER_VARIABLE
from policies import assess
from policies.finding import Enforcement
from policies.pack import config_from_json
from workbench.preview import causes
from workbench.preview.result import preview
from workbench.preview.synthesis import REPOSITORY


def judged(root, configuration):
    """Verdict and broken mandatory rules, a refusal's lines, or the traceback of anything else."""
    text = json.dumps({"config": configuration}, ensure_ascii=False)  # which is YAML, with what is text in quotes
    (root / "Pulumi.fuzz.yaml").write_text(text, encoding="utf-8")
    try:
        result = preview("fuzz", {}, root=root)
        verdict = result.to_json()["verdict"]
    except InputError as error:
        return {"refused": error.problems}
    except Exception:
        return {"traceback": traceback.format_exc()}
    broken = [
        [entry.rule.id, entry.rule.topic, entry.finding.message]
        for entry in result.assessment.violations
        if entry.enforcement is Enforcement.MANDATORY
    ]
    return {"verdict": verdict, "broken": broken}


def main():
    gc.disable()
    causes.MOST_TRIALS = 1  # whether a setting is told, nobody asks here, and each trial is a stack more
    os.environ[FOLDER_VARIABLE] = str(Path(sys.prefix, "kept-drawn"))
    # The waivers of our stacks in every Region: their own configuration allows that of the two alone.
    ours = config_from_json({"pack-settings": {"waiversFile": "config/plant.waivers.toml"}}, "fuzz")
    assess.config_of = lambda graph: ours
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        program = {"name": "fuzzed", "main": str(REPOSITORY / "infra")}
        (root / "Pulumi.yaml").write_text(yaml.safe_dump(program), encoding="utf-8")
        for line in sys.stdin:
            print(json.dumps(judged(root, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
