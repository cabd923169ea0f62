"""The Argo Rollouts example of docs/kubernetes.md says the story's steps."""

from pathlib import Path

import yaml

from infra.settings.rollout import RolloutSettings

PAGE = Path(__file__).parents[2] / "docs" / "kubernetes.md"


def test_the_example_has_the_steps_of_the_story():
    block = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    rollout, analysis = yaml.safe_load_all(block)
    steps = rollout["spec"]["strategy"]["canary"]["steps"]
    declared = RolloutSettings().steps
    assert [step["setWeight"] for step in steps if "setWeight" in step] == [step.percent for step in declared]
    holds = [step["pause"]["duration"] for step in steps if "pause" in step]
    assert holds == [f"{step.hold_hours:g}h" for step in declared if step.hold_hours]
    assert (
        rollout["spec"]["strategy"]["canary"]["analysis"]["templates"][0]["templateName"]
        == analysis["metadata"]["name"]
    )
