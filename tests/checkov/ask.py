"""Checkov's own runners, started once for many files. Runs in Checkov's environment, where the project is not.

Reads paths from standard input, of a plan or of a folder of manifests, and answers each with a line of JSON.
"""

import gc
import json
import logging
import sys
from pathlib import Path

from checkov.kubernetes.runner import Runner as OfManifests
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as OfPlans

logging.disable(logging.WARNING)  # a message for each resource, formatted for nobody
gc.freeze()  # a million objects of imports, looked through hundreds of times: a quarter of all
for line in sys.stdin:
    path = line.strip()
    if Path(path).is_dir():
        report = OfManifests().run(root_folder=path, runner_filter=RunnerFilter(framework=["kubernetes"]))
    else:
        report = OfPlans().run(files=[path], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    checks = [[check.check_id, check.resource, True] for check in report.passed_checks]
    checks += [[check.check_id, check.resource, False] for check in report.failed_checks]
    answer = {"checks": checks, "resources": len(report.resources), "unparsed": report.parsing_errors}
    print(json.dumps(answer), flush=True)
