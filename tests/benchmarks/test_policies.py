"""The whole pack over large stacks, beside Checkov on the same graph."""

import copy
import subprocess
import time
from pathlib import Path

import pytest

from policies.assess import assess
from policies.deployment import graph_from_json

pytestmark = pytest.mark.benchmark
CHECKOV = Path(__file__).parents[2] / ".venv-checkov" / "bin" / "checkov"


def enlarged(recorded, copies):
    """The stack `copies` times over, each copy with names, ids and references of its own."""
    import json

    text = json.dumps(recorded["deployment"]["resources"])
    resources = []
    for number in range(copies):
        resources += json.loads(
            text.replace("::plant-", f"::plant{number}-")
            .replace('"plant-', f'"plant{number}-')
            .replace("/plant-", f"/plant{number}-")
        )
    unique = {state["urn"]: state for state in resources}
    document = copy.copy(recorded)
    document["deployment"] = {**recorded["deployment"], "resources": list(unique.values())}
    return document


def seconds(function):
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def test_the_pack_is_linear_in_the_number_of_resources(deployment):
    recorded = deployment("dev")
    times = {}
    for copies in (13, 52):
        document = enlarged(recorded, copies)
        graph = graph_from_json(document, "large")
        times[len(graph)] = min(seconds(lambda: assess(graph_from_json(document, "large"))) for _ in range(2))
    for count, taken in times.items():
        print(f"{count} resources: {taken:.2f} s, {1000 * taken / count:.3f} ms each")
    (small, fast), (large, slow) = times.items()
    assert slow / large <= 1.6 * fast / small


@pytest.mark.skipif(not CHECKOV.is_file(), reason="Checkov is not installed; the tests in tests/checkov do that")
def test_the_pack_beside_checkov(deployment, tmp_path):
    import json

    from workbench.report.tfplan import tfplan

    recorded = deployment("dev")
    file = tmp_path / "tfplan.json"
    file.write_text(json.dumps(tfplan(recorded)))
    command = [
        str(CHECKOV),
        "-f",
        str(file),
        "--framework",
        "terraform_plan",
        "--quiet",
        "--skip-download",
        "-o",
        "json",
    ]
    rival = seconds(lambda: subprocess.run(command, capture_output=True, check=False, timeout=300))
    own = seconds(lambda: assess(graph_from_json(recorded, "dev")))
    print(f"dev: rules {own:.3f} s, Checkov {rival:.1f} s, ratio {rival / own:.0f}")
    assert own < rival
