"""Checkov's own runner, started once for many plans. Runs in Checkov's environment, where the project is not.

Reads names of plans from standard input, and answers each with a line of JSON.
"""

import json
import logging
import sys

from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner

logging.disable(logging.WARNING)  # a message for each resource, formatted for nobody
for line in sys.stdin:
    report = Runner().run(files=[line.strip()], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    checks = [[check.check_id, check.resource, True] for check in report.passed_checks]
    checks += [[check.check_id, check.resource, False] for check in report.failed_checks]
    answer = {"checks": checks, "resources": len(report.resources), "unparsed": report.parsing_errors}
    print(json.dumps(answer), flush=True)
