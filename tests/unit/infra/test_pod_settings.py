"""Settings of a stack on Kubernetes: what is wrong is told at once, with what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.settings import SettingsError, load
from workbench.preview.stackfile import read_stack

ROOT = Path(__file__).parents[3]
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:scale"


def problems(**overrides):
    """Key -> message of what is wrong with the k8s stack when these settings differ."""
    texts = {f"plant:{key}": str(value) for key, value in overrides.items()}
    with pytest.raises(SettingsError) as caught:
        load(read_stack(ROOT, "k8s", texts).config, "Pulumi.k8s.yaml")
    return {problem.key: problem.message for problem in caught.value.problems}


def test_the_stacks_file_is_sound():
    settings = load(read_stack(ROOT, "k8s", {}).config, "Pulumi.k8s.yaml")
    assert settings.platform.kind == "kubernetes" and settings.platform.cluster.version == "1.36"


def test_every_mistake_is_told_at_once():
    found = problems(
        **{
            "platform.cluster.version": "1.99",
            "platform.cluster.public_endpoint": "false",
            "pods.quota_cpu_millicores": 100,
            "pods.quota_memory_mib": 100,
            "pods.scaling_metric": "cloudwatch",
            "pods.liveness_path": "/healthz",
            "rollout.candidate_image": "ecr-public.aws.com/plant/plant-api:2.0.0",
        }
    )
    assert "1.30 to 1.37" in found["plant:platform.cluster.version"]
    assert "required when public_endpoint is false" in found["plant:platform.cluster.caller_function_arn"]
    assert "allowed is 250 or more" in found["plant:pods.quota_cpu_millicores"]
    assert "allowed is 640 or more" in found["plant:pods.quota_memory_mib"]
    assert "$1.75" in found["plant:pods.scaling_metric"]
    assert "the same as plant:fleet.health_check_path" in found["plant:pods.liveness_path"]
    assert "sha256" in found["plant:rollout.candidate_image"]
    assert len(found) == 7


@pytest.mark.parametrize(
    ("overrides", "key", "words"),
    [
        ({"platform.kind": "ec2"}, "plant:platform.cluster", "only for kind kubernetes"),
        ({"pods.image": "plant-api:1.0.0"}, "plant:pods.image", "by digest"),
        ({"pods.min_replicas": 5}, "plant:pods.min_replicas", "more than plant:pods.max_replicas, 4"),
        ({"pods.cpu_limit_millicores": 10}, "plant:pods.cpu_limit_millicores", "less than"),
        ({"usage.peak_requests_per_second": 50}, "plant:pods.max_replicas", "serve 20.0 requests per second"),
        ({"platform.cluster.caller_function_arn": FUNCTION}, "plant:platform.cluster.caller_role_arn", "give both"),
    ],
    ids=str,
)
def test_a_mistake_names_its_setting_and_what_is_allowed(overrides, key, words):
    assert words in problems(**overrides)[key]
