"""An account that decides once: encrypted volumes, session tokens for metadata; machines that say nothing about it."""

import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "the account's encryption is off": {"encryption.enabled": False},
    "the account leaves instance metadata v1 on": {"metadata.httpTokens": "optional"},
    "a volume that is not encrypted": {"data.encrypted": False},
    "instance metadata v1 by the template": {"template.metadataOptions.httpTokens": "optional"},
    "a password for the first user": {"template.userData": "#!/bin/sh\necho 'admin:C0rrect-horse' | chpasswd\n"},
    "a password in a file of settings": {
        "template.userData": '#!/bin/sh\necho {"password":"C0rrect!horse"} >/app.json'
    },
    "an image for everybody": {"golden.group": "all"},
}


def program():
    net = network("net")
    aws.ebs.EncryptionByDefault("encryption", enabled=True)
    aws.ec2.InstanceMetadataDefaults("metadata", http_tokens="required", http_put_response_hop_limit=1)
    role = aws.iam.Role("machine", assume_role_policy=trust("ec2"))
    aws.iam.RolePolicyAttachment(
        "machine", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    )
    profile = aws.iam.InstanceProfile("machine", role=role.name)
    aws.ec2.Instance(
        "worker",
        ami="ami-0123456789abcdef0",
        instance_type="t3.small",
        subnet_id=net.private[0].id,
        iam_instance_profile=profile.name,
        root_block_device={"volume_size": 20, "volume_type": "gp3"},
    )
    aws.ebs.Volume("data", availability_zone="us-east-1a", size=100, type="gp3")
    template = aws.ec2.LaunchTemplate(
        "template",
        image_id="ami-0123456789abcdef0",
        instance_type="t3.small",
        metadata_options={"http_tokens": "required", "http_endpoint": "enabled"},
        user_data="#!/bin/sh\nDB_PASSWORD=$(aws ssm get-parameter --name /app/db --query Parameter.Value)\n",
    )
    aws.ec2.Instance(
        "from-template", subnet_id=net.private[1].id, launch_template={"id": template.id, "version": "$Latest"}
    )
    aws.ec2.AmiLaunchPermission("golden", image_id="ami-0123456789abcdef0", account_id="210987654321")
