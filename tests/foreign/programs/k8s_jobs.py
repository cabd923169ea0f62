"""Work at its hour: a CronJob, a Job that migrates, an init container, a claim, and a Secret from the configuration."""

import pulumi
import pulumi_kubernetes as k8s

TWINS = {
    "a Secret in plain text": {"database.stringData": {"password": "hunter2-and-more"}},
    "a privileged job": {
        "report.spec.jobTemplate.spec.template.spec.containers[0].securityContext": {"privileged": True}
    },
    "a password in the environment": {
        "migrate.spec.template.spec.containers[0].env[0]": {"name": "DB_PASSWORD", "value": "hunter2-and-more"}
    },
}


def program():
    database = k8s.core.v1.Secret(
        "database",
        metadata={"name": "database"},
        type="Opaque",
        string_data={"password": pulumi.Output.secret("from-the-configuration")},
    )
    claim = k8s.core.v1.PersistentVolumeClaim(
        "reports",
        metadata={"name": "reports"},
        spec={
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "gp3",
            "resources": {"requests": {"storage": "10Gi"}},
        },
    )
    from_secret = {
        "name": "DB_PASSWORD",
        "valueFrom": {"secretKeyRef": {"name": database.metadata["name"], "key": "password"}},
    }
    k8s.batch.v1.CronJob(
        "report",
        metadata={"name": "report"},
        spec={
            "schedule": "*/15 * * * *",
            "timeZone": "Europe/Berlin",
            "concurrencyPolicy": "Forbid",
            "successfulJobsHistoryLimit": 1,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 2,
                    "activeDeadlineSeconds": 600,
                    "template": {
                        "spec": {
                            "restartPolicy": "OnFailure",
                            "initContainers": [
                                {
                                    "name": "wait",
                                    "image": "busybox:1.36",
                                    "command": ["sh", "-c", "until nc -z db 5432; do sleep 1; done"],
                                }
                            ],
                            "containers": [
                                {
                                    "name": "report",
                                    "image": "registry.acme.example/report:12",
                                    "env": [from_secret],
                                    "volumeMounts": [{"name": "out", "mountPath": "/out"}],
                                }
                            ],
                            "volumes": [
                                {"name": "out", "persistentVolumeClaim": {"claimName": claim.metadata["name"]}}
                            ],
                        }
                    },
                }
            },
        },
    )
    k8s.batch.v1.Job(
        "migrate",
        metadata={"name": "migrate"},
        spec={
            "ttlSecondsAfterFinished": 300,
            "template": {
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [
                        {
                            "name": "migrate",
                            "image": "registry.acme.example/shop:4",
                            "command": ["python", "manage.py", "migrate"],
                            "env": [from_secret],
                        }
                    ],
                }
            },
        },
    )
