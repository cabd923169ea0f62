"""nginx as tutorials have it: a deployment, a service, an Ingress of the class nginx with a certificate's Secret."""

import pulumi_kubernetes as k8s

TWINS = {
    "a privileged container": {"web.spec.template.spec.containers[0].securityContext": {"privileged": True}},
    "the host's processes": {"web.spec.template.spec.hostPID": True},
    "the Docker socket": {
        "web.spec.template.spec.volumes[0]": {"name": "html", "hostPath": {"path": "/var/run/docker.sock"}}
    },
}


def program():
    app = {"app": "nginx"}
    deployment = k8s.apps.v1.Deployment(
        "web",
        spec=k8s.apps.v1.DeploymentSpecArgs(
            replicas=3,
            selector=k8s.meta.v1.LabelSelectorArgs(match_labels=app),
            template=k8s.core.v1.PodTemplateSpecArgs(
                metadata=k8s.meta.v1.ObjectMetaArgs(labels=app),
                spec=k8s.core.v1.PodSpecArgs(
                    containers=[
                        k8s.core.v1.ContainerArgs(
                            name="nginx",
                            image="nginx:1.27",
                            ports=[k8s.core.v1.ContainerPortArgs(container_port=80)],
                            volume_mounts=[
                                k8s.core.v1.VolumeMountArgs(name="html", mount_path="/usr/share/nginx/html")
                            ],
                        )
                    ],
                    volumes=[
                        k8s.core.v1.VolumeArgs(
                            name="html", config_map=k8s.core.v1.ConfigMapVolumeSourceArgs(name="html")
                        )
                    ],
                ),
            ),
        ),
    )
    k8s.core.v1.ConfigMap("html", metadata={"name": "html"}, data={"index.html": "<h1>Hello</h1>"})
    service = k8s.core.v1.Service(
        "web-service",
        metadata={"name": "web", "labels": app},
        spec={"type": "ClusterIP", "ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}], "selector": app},
    )
    k8s.networking.v1.Ingress(
        "web-ingress",
        metadata={
            "annotations": {
                "cert-manager.io/cluster-issuer": "letsencrypt",
                "nginx.ingress.kubernetes.io/ssl-redirect": "true",
                "nginx.ingress.kubernetes.io/proxy-body-size": "8m",
            }
        },
        spec={
            "ingressClassName": "nginx",
            "tls": [{"hosts": ["www.acme.example"], "secretName": "www-tls"}],
            "rules": [
                {
                    "host": "www.acme.example",
                    "http": {
                        "paths": [
                            {
                                "path": "/",
                                "pathType": "Prefix",
                                "backend": {"service": {"name": service.metadata.name, "port": {"number": 80}}},
                            }
                        ]
                    },
                }
            ],
        },
    )
    del deployment
