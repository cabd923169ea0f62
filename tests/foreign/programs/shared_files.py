"""Shared files, backed up, for instances that people reach by Session Manager only."""

import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "files in plain text": {"home.encrypted": False},
    "a volume in plain text": {"scratch.encrypted": False},
    "instance metadata v1": {"bastion.metadataOptions.httpTokens": "optional"},
    "NFS open to the world": {
        "files.ingress[0]": {"protocol": "tcp", "fromPort": 2049, "toPort": 2049, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net", nat=True)
    machines = aws.ec2.SecurityGroup(
        "machines",
        vpc_id=net.vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    files = aws.ec2.SecurityGroup(
        "files",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 2049, "to_port": 2049, "security_groups": [machines.id]}],
    )
    home = aws.efs.FileSystem("home", encrypted=True, lifecycle_policies=[{"transition_to_ia": "AFTER_30_DAYS"}])
    for number, subnet in enumerate(net.private):
        aws.efs.MountTarget(f"home-{number}", file_system_id=home.id, subnet_id=subnet.id, security_groups=[files.id])
    role = aws.iam.Role("bastion", assume_role_policy=trust("ec2"))
    aws.iam.RolePolicyAttachment(
        "bastion", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    )
    profile = aws.iam.InstanceProfile("bastion", role=role.name)
    bastion = aws.ec2.Instance(
        "bastion",
        ami="ami-0a1b2c3d4e5f60718",
        instance_type="t4g.micro",
        subnet_id=net.private[0].id,
        vpc_security_group_ids=[machines.id],
        iam_instance_profile=profile.name,
        metadata_options={"http_tokens": "required"},
        root_block_device={"volume_type": "gp3", "volume_size": 10, "encrypted": True},
    )
    scratch = aws.ebs.Volume("scratch", availability_zone="us-east-1a", size=100, type="gp3", encrypted=True)
    aws.ec2.VolumeAttachment("scratch", device_name="/dev/sdf", instance_id=bastion.id, volume_id=scratch.id)
    vault = aws.backup.Vault("main")
    plan = aws.backup.Plan(
        "daily",
        rules=[
            {
                "rule_name": "daily",
                "target_vault_name": vault.name,
                "schedule": "cron(0 5 * * ? *)",
                "lifecycle": {"delete_after": 35},
            }
        ],
    )
    backup = aws.iam.Role("backup", assume_role_policy=trust("backup"))
    aws.iam.RolePolicyAttachment(
        "backup",
        role=backup.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
    )
    aws.backup.Selection("home", iam_role_arn=backup.arn, plan_id=plan.id, resources=[home.arn])
