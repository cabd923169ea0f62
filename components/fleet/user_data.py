"""What an instance does at its first start."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping

SCRIPT = """\
#!/bin/bash
# Starts the Plant API. Written by Pulumi; change components/fleet/user_data.py instead.
set -euo pipefail

# Every AWS endpoint that is called from a subnet without IPv4 egress has to be the dual-stack one.
export AWS_USE_DUALSTACK_ENDPOINT=true

# The smallest instances have less memory than dnf may need.
dd if=/dev/zero of=/swapfile bs=1M count=512 status=none
chmod 0600 /swapfile && mkswap --quiet /swapfile && swapon /swapfile

dnf install --assumeyes --setopt=install_weak_deps=False docker openssl

# TLS between load balancer and instance: the load balancer encrypts and does not check names, so a
# certificate made here, whose key never leaves the instance, is enough.
install --directory --mode 0750 --group 10001 /etc/plant-api
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \\
  -subj /CN=plant-api -keyout /etc/plant-api/tls.key -out /etc/plant-api/tls.crt
chgrp 10001 /etc/plant-api/tls.key && chmod 0640 /etc/plant-api/tls.key

cat > /etc/plant-api/environment <<'EOF'
{environment}
EOF

cat > /etc/systemd/system/plant-api.service <<'EOF'
[Unit]
Description=Plant API
After=docker.service network-online.target
Requires=docker.service

[Service]
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

[Install]
WantedBy=multi-user.target
EOF

systemctl enable --now docker.service plant-api.service
"""


def render(*, environment: Mapping[str, str], image: str, region: str, log_group: str, drain_seconds: int) -> str:
    """Script that starts the container `image` under systemd with TLS and `environment`, in base64 for EC2.

    No secret is in it: user data can be read by everyone who may describe instances.
    """
    script = SCRIPT.format(
        environment="\n".join(f"{key}={value}" for key, value in sorted(environment.items())),
        image=shlex.quote(image),
        region=region,
        log_group=shlex.quote(log_group),
        drain_seconds=drain_seconds,
    )
    return base64.b64encode(script.encode()).decode()
