"""An audit judges thousands of graphs in one process: those that it is done with go."""

import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from deployment.garbage import lasting, no_garbage_collection
from deployment.graph import ResourceGraph

ROOT = Path(__file__).parents[3]
COUNT = 30
# In a process of its own: the suite's has frozen what it began with, which changes when garbage is looked for.
PROGRAM = f"""
import json, weakref
from deployment.reader import graph_from_text
from policies.assess import assess
from policies.settings import PackConfig

key = {{"type": "aws:kms/key:Key", "custom": True, "inputs": {{"enableKeyRotation": True}}}}
states = [{{"urn": f"urn:pulumi:s::p::aws:kms/key:Key::key-{{number}}", **key}} for number in range(200)]
text = json.dumps({{"version": 3, "deployment": {{"resources": states}}}})
seen = []
for _ in range({COUNT}):
    graph = graph_from_text(text, "f")
    assess(graph, PackConfig())
    seen.append(weakref.ref(graph))
    del graph
print(sum(one() is not None for one in seen))
"""


def test_graphs_that_were_judged_are_freed():
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{PROGRAM}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < COUNT / 2


@pytest.mark.parametrize("ending", [True, False])
def test_what_lasts_is_freed_unless_the_process_is_about_to_end(ending):
    def made():
        with no_garbage_collection():
            if not ending:
                gc.enable()
            return weakref.ref(lasting(ResourceGraph(())))

    seen = made()
    assert (seen() is not None) is ending
    gc.collect(1)  # what is young: to look through all that the suite holds takes seconds
    assert seen() is None
