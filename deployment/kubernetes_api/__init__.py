"""What the API server refuses of objects that their schema takes: values out of bounds, and some that don't fit others.

From the validation of Kubernetes 1.35.4 (pkg/apis/*/validation), and compared with the answers of such a server, which
tests/fixtures/kubernetes_api.json holds. What only a cluster knows, such as its ranges of addresses, is left to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployment.kubernetes_api import fields, objects, pods
from deployment.kubernetes_api.values import Problem


def refused(document: Mapping[str, Any]) -> Problem | None:
    """Path and message of the first thing that the API server refuses of `document`; None when it takes all."""
    return next(_problems(document), None)


def _problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    yield from fields.problems(document)
    yield from pods.problems(document)
    yield from objects.problems(document)
