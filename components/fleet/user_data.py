"""What an instance does at its first start."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping

from components.fleet.container_image import private_repository

SPARE_DAYS = 30
"""How much longer than an instance its certificate lives: a replacement may wait for capacity."""

KILL_SECONDS = 30
"""How much longer systemd waits than Docker does before it kills: its own 90 s would cut longer drains short."""

SCRIPT = """\
#!/bin/bash
# Starts the Plant API. Written by Pulumi; change components/fleet/user_data.py instead.
set -euo pipefail

# Every AWS endpoint that is called from a subnet without IPv4 egress has to be the dual-stack one.
export AWS_USE_DUALSTACK_ENDPOINT=true

# A baked image has them already (docs/image.md).
if ! rpm --query --quiet {packages}; then
  # The smallest instances have less memory than dnf may need.
  dd if=/dev/zero of=/swapfile bs=1M count=512 status=none
  chmod 0600 /swapfile
  mkswap /swapfile
  swapon /swapfile
  dnf install --assumeyes --setopt=install_weak_deps=False {packages}
fi

# TLS between load balancer and instance: the load balancer encrypts and does not check names, so a
# certificate made here, whose key never leaves the instance, is enough.
install --directory --mode 0750 --group 10001 /etc/plant-api
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {certificate_days} \\
  -subj /CN=plant-api -addext subjectAltName=DNS:localhost \\
  -keyout /etc/plant-api/tls.key -out /etc/plant-api/tls.crt
chgrp 10001 /etc/plant-api/tls.key
chmod 0640 /etc/plant-api/tls.key
{registry}
cat > /etc/plant-api/environment <<'EOF'
{environment}
EOF

# A start that fails is tried again without end: after five within 10 s, which a registry may be away, systemd gives up.
cat > /etc/systemd/system/plant-api.service <<'EOF'
[Unit]
Description=Plant API
After=docker.service network-online.target
Requires=docker.service
StartLimitIntervalSec=0

[Service]
Environment=HOME=/root AWS_USE_DUALSTACK_ENDPOINT=true
Restart=always
RestartSec=2
ExecStartPre=-/usr/bin/docker rm --force plant-api
ExecStart=/usr/bin/docker run --rm --name plant-api --network host --user 10001:10001 \\
  --read-only --cap-drop ALL --security-opt no-new-privileges \\
  --env-file /etc/plant-api/environment --volume /etc/plant-api:/etc/plant-api:ro \\
  --log-driver awslogs --log-opt awslogs-region={region} --log-opt awslogs-group={log_group} \\
  --log-opt awslogs-endpoint=https://logs.{region}.api.aws \\
  {image}
ExecStop=/usr/bin/docker stop --time {drain_seconds} plant-api
TimeoutStopSec={stop_seconds}

[Install]
WantedBy=multi-user.target
EOF

systemctl enable --now docker.service plant-api.service
{readiness}"""

REGISTRY = """
# The credential helper signs in to the private registry with the role of the instance, at each pull.
install --directory --mode 0700 /root/.docker
cat > /root/.docker/config.json <<'EOF'
{config}
EOF
"""

READINESS = """
# The group stops an instance of its warm pool, and sends traffic to one that leaves it, once the launch is completed.
cat > /usr/local/bin/plant-ready <<'EOF'
#!/bin/bash
set -euo pipefail
until curl --fail --silent --show-error --output /dev/null --cacert /etc/plant-api/tls.crt \\
  "https://localhost:$PLANT_PORT{health_check_path}"; do
  sleep 2
done
metadata=http://169.254.169.254/latest
token=$(curl --fail --silent --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token")
look() {{
  curl --fail --silent --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"
}}
instance=$(look instance-id)
group=$(look tags/instance/aws:autoscaling:groupName)
aws autoscaling complete-lifecycle-action --region {region} --lifecycle-action-result CONTINUE \\
  --lifecycle-hook-name {hook} --instance-id "$instance" --auto-scaling-group-name "$group"
EOF
chmod 0755 /usr/local/bin/plant-ready

cat > /etc/systemd/system/plant-ready.service <<'EOF'
[Unit]
Description=Tells the scaling group that the Plant API answers
After=plant-api.service

[Service]
Type=oneshot
EnvironmentFile=/etc/plant-api/environment
Environment=AWS_USE_DUALSTACK_ENDPOINT=true
ExecStart=/usr/local/bin/plant-ready
TimeoutStartSec=infinity

[Install]
WantedBy=multi-user.target
EOF

systemctl enable --now --no-block plant-ready.service
"""


def render(
    *,
    environment: Mapping[str, str],
    image: str,
    region: str,
    log_group: str,
    drain_seconds: int,
    lifetime_days: int,
    launch_hook: tuple[str, str] | None = None,
) -> str:
    """Script that starts the container `image` under systemd with TLS and `environment`, in base64 for EC2.

    `launch_hook` is the name of the lifecycle hook that the instance has to complete, and the path that answers when
    it is ready. No secret is in it: user data can be read by everyone who may describe instances.
    """
    packages = ["docker", "openssl"]
    registry = readiness = ""
    if repository := private_repository(image):
        packages.append("amazon-ecr-credential-helper")  # 0.10 and later knows the dual-stack names
        registry = REGISTRY.format(config=json.dumps({"credHelpers": {repository.registry: "ecr-login"}}))
    if launch_hook is not None:
        packages.append("awscli-2")
        readiness = READINESS.format(hook=launch_hook[0], health_check_path=launch_hook[1], region=region)
    script = SCRIPT.format(
        packages=" ".join(packages),
        certificate_days=lifetime_days + SPARE_DAYS,
        registry=registry,
        readiness=readiness,
        environment="\n".join(f"{key}={value}" for key, value in sorted(environment.items())),
        image=shlex.quote(image),
        region=region,
        log_group=shlex.quote(log_group),
        drain_seconds=drain_seconds,
        stop_seconds=drain_seconds + KILL_SECONDS,
    )
    return base64.b64encode(script.encode()).decode()
