"""A Windows bastion without an open port: people come by Session Manager, over endpoints; it joins a directory."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "RDP open to the world": {
        "inside.ingress": [{"protocol": "tcp", "fromPort": 3389, "toPort": 3389, "cidrBlocks": ["0.0.0.0/0"]}]
    },
    "instance metadata v1": {"bastion.metadataOptions.httpTokens": "optional"},
    "a password in the user data": {
        "bastion.userData": '<powershell>\n$password = "Hunter2-and-more!"\nnet user admin $password\n</powershell>'
    },
    "its disk in plain text": {"bastion.rootBlockDevice.encrypted": False},
}


def program():
    net = network("net")
    endpoints = aws.ec2.SecurityGroup(
        "endpoints",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": [net.vpc.cidr_block]}],
    )
    for service in ("ssm", "ssmmessages", "ec2messages"):
        aws.ec2.VpcEndpoint(
            service,
            vpc_id=net.vpc.id,
            service_name=f"com.amazonaws.us-east-1.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[one.id for one in net.private],
            security_group_ids=[endpoints.id],
        )
    password = pulumi.Output.secret("s3cret-from-the-configuration")
    directory = aws.directoryservice.Directory(
        "corp",
        name="corp.acme.example",
        password=password,
        edition="Standard",
        type="MicrosoftAD",
        vpc_settings={"vpc_id": net.vpc.id, "subnet_ids": [one.id for one in net.private]},
    )
    options = aws.ec2.VpcDhcpOptions(
        "corp", domain_name="corp.acme.example", domain_name_servers=directory.dns_ip_addresses
    )
    aws.ec2.VpcDhcpOptionsAssociation("corp", vpc_id=net.vpc.id, dhcp_options_id=options.id)
    group = aws.ec2.SecurityGroup(
        "inside",
        vpc_id=net.vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["10.0.0.0/16"]}],
    )
    role = aws.iam.Role("bastion", assume_role_policy=trust("ec2"))
    for name in ("AmazonSSMManagedInstanceCore", "AmazonSSMDirectoryServiceAccess"):
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
    profile = aws.iam.InstanceProfile("bastion", role=role.name)
    machine = aws.ec2.Instance(
        "bastion",
        ami="ami-0fedcba9876543210",
        instance_type=aws.ec2.InstanceType.T3_LARGE,
        subnet_id=net.private[0].id,
        vpc_security_group_ids=[group.id],
        iam_instance_profile=profile.name,
        metadata_options={"http_tokens": "required"},
        root_block_device={"volume_size": 60, "encrypted": True},
        user_data="<powershell>\nSet-TimeZone -Id 'W. Europe Standard Time'\n</powershell>",
        tags={"Name": "bastion"},
    )
    document = aws.ssm.Document(
        "join",
        document_type="Command",
        content=pulumi.Output.all(directory.id, directory.dns_ip_addresses).apply(
            lambda values: json.dumps(
                {
                    "schemaVersion": "2.2",
                    "description": "joins the directory",
                    "mainSteps": [
                        {
                            "action": "aws:domainJoin",
                            "name": "join",
                            "inputs": {"directoryId": values[0], "directoryName": "corp.acme.example"},
                        }
                    ],
                }
            )
        ),
    )
    aws.ssm.Association("join", name=document.name, targets=[{"key": "InstanceIds", "values": [machine.id]}])
    aws.ssm.MaintenanceWindow("patches", schedule="cron(0 2 ? * SUN *)", duration=3, cutoff=1)
