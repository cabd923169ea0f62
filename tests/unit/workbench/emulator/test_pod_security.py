"""What a namespace's Pod Security level lets in; the standard's own examples for 1.35 to 1.37 agree (2026-11-27)."""

import pytest

from workbench.emulator.kubernetes.pod_security import violations

CONTAINER = {
    "name": "api",
    "image": "registry.example.com/api",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
}
PLAIN = {"containers": [{"name": "api", "image": "registry.example.com/api"}]}


def pod(**changes):
    return {**POD, **changes}


def shared(**changes):
    return pod(securityContext={**POD["securityContext"], **changes})


def container(security=None, **changes):
    own = {**CONTAINER["securityContext"], **(security or {})}
    return pod(containers=[{**CONTAINER, "securityContext": own, **changes}])


def test_a_hardened_pod_is_let_in_and_no_level_asks_for_nothing():
    assert violations("restricted", {}, POD) == []
    assert violations("baseline", {}, PLAIN) == []
    assert violations("privileged", {}, container({"privileged": True})) == []


BASELINE = {
    "host namespaces": pod(hostPID=True),
    "hostPath volumes": pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}]),
    "forbidden sysctls": shared(sysctls=[{"name": "kernel.msgmax", "value": "1"}]),
    "hostPort (api)": container(ports=[{"containerPort": 80, "hostPort": 80}]),
    "privileged (api)": container({"privileged": True}),
    "non-default capabilities (api)": container({"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}),
    "procMount (api)": container({"procMount": "Unmasked"}),
    "seLinuxOptions (pod)": shared(seLinuxOptions={"type": "spc_t"}),
    "seLinuxOptions (api)": container({"seLinuxOptions": {"user": "system_u"}}),
    "forbidden AppArmor profile (api)": container({"appArmorProfile": {"type": "Unconfined"}}),
    "seccompProfile (api)": container({"seccompProfile": {"type": "Unconfined"}}),
    "hostProcess (pod)": shared(windowsOptions={"hostProcess": True}),
    "probe or lifecycle host (api)": container(livenessProbe={"httpGet": {"host": "10.0.0.1", "port": 80}}),
}


@pytest.mark.parametrize("told", BASELINE)
def test_what_the_baseline_refuses_the_restricted_level_does_too(told):
    assert violations("baseline", {}, BASELINE[told]) == [told]
    assert told in violations("restricted", {}, BASELINE[told])


@pytest.mark.parametrize("value", ["unconfined", "runtime/default", "localhost/ours", ""])
def test_an_annotation_can_drop_the_profile_too(value):
    metadata = {"annotations": {"container.apparmor.security.beta.kubernetes.io/api": value}}
    assert bool(violations("baseline", metadata, POD)) == (value == "unconfined")


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (pod(volumes=[{"name": "disk", "awsElasticBlockStore": {}}]), "restricted volume types (disk)"),
        (shared(runAsNonRoot=False), "runAsNonRoot != true (pod)"),
        (container({"runAsNonRoot": False}), "runAsNonRoot != true (api)"),
        (shared(runAsUser=0), "runAsUser=0 (pod)"),
        (container({"runAsUser": 0}), "runAsUser=0 (api)"),
        (container({"allowPrivilegeEscalation": None}), "allowPrivilegeEscalation != false (api)"),
        (container({"capabilities": {}}), "unrestricted capabilities (api)"),
        (container({"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}), "unrestricted capabilities (api)"),
        (shared(seccompProfile=None), "seccompProfile (api)"),
        (pod(initContainers=[{"name": "set-up", "securityContext": {}}]), "unrestricted capabilities (set-up)"),
    ],
)
def test_what_the_restricted_level_refuses_beyond(spec, told):
    assert told in violations("restricted", {}, spec)
    assert violations("baseline", {}, spec) == []


def test_root_of_a_user_namespace_is_nobody():
    root = {**container({"runAsUser": 0, "runAsNonRoot": False}), "hostUsers": False}
    assert violations("restricted", {}, root) == []
    unmasked = {**container({"procMount": "Unmasked"}), "hostUsers": False}
    assert violations("baseline", {}, unmasked) == []
    assert violations("restricted", {}, unmasked) == ["procMount (api)"]


def test_windows_has_no_such_fields():
    windows = {"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": True}, **PLAIN}
    assert violations("restricted", {}, windows) == []
