"""Files that partners bring by SFTP, from an address of one's own, into a bucket; a prefix list of offices."""

import pulumi_aws as aws

from foreign.parts import allow, network, trust

TWINS = {
    "SSH of a machine open to the world": {"ssh.prefixListId": None, "ssh.cidrIpv4": "0.0.0.0/0"},
    "SSH open to the world by a prefix list": {"offices.entries[0].cidr": "0.0.0.0/0"},
    "a database open to the world by a prefix list": {
        "offices.entries[0].cidr": "::/0",
        "database.fromPort": 5432,
        "database.toPort": 5432,
    },
    "Redshift open to the world": {"database.cidrIpv4": "0.0.0.0/0", "database.prefixListId": None},
    "a public object": {"welcome.acl": "public-read"},
    "instance metadata v1": {"jump.metadataOptions": None},
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup("sftp", vpc_id=net.vpc.id, description="Partners")
    aws.vpc.SecurityGroupIngressRule(
        "sftp", security_group_id=group.id, cidr_ipv4="0.0.0.0/0", ip_protocol="tcp", from_port=22, to_port=22
    )
    address = aws.ec2.Eip("sftp", domain="vpc")
    bucket = aws.s3.Bucket("inbox")
    aws.s3.BucketPublicAccessBlock(
        "inbox",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketObjectv2("welcome", bucket=bucket.bucket, key="README.txt", content="Put files into in/")
    server = aws.transfer.Server(
        "sftp",
        endpoint_type="VPC",
        protocols=["SFTP"],
        security_policy_name="TransferSecurityPolicy-2024-01",
        identity_provider_type="SERVICE_MANAGED",
        endpoint_details={
            "vpc_id": net.vpc.id,
            "subnet_ids": [net.public[0].id],
            "address_allocation_ids": [address.id],
            "security_group_ids": [group.id],
        },
    )
    role = aws.iam.Role("partner", assume_role_policy=trust("transfer"))
    aws.iam.RolePolicy("partner", role=role.name, policy=allow(["s3:PutObject"], "arn:aws:s3:::inbox/in/*"))
    aws.transfer.User("partner", server_id=server.id, user_name="partner", role=role.arn, home_directory="/inbox/in")
    offices = aws.ec2.ManagedPrefixList(
        "offices", address_family="IPv4", max_entries=5, entries=[{"cidr": "198.51.100.0/24", "description": "Vilnius"}]
    )
    admins = aws.ec2.SecurityGroup("admins", vpc_id=net.vpc.id, description="Offices")
    aws.vpc.SecurityGroupIngressRule(
        "ssh", security_group_id=admins.id, prefix_list_id=offices.id, ip_protocol="tcp", from_port=22, to_port=22
    )
    aws.vpc.SecurityGroupIngressRule(
        "database",
        security_group_id=admins.id,
        prefix_list_id=offices.id,
        ip_protocol="tcp",
        from_port=5439,
        to_port=5439,
    )
    aws.ec2.Instance(
        "jump",
        ami="ami-0123456789abcdef0",
        instance_type="t4g.nano",
        subnet_id=net.public[0].id,
        vpc_security_group_ids=[admins.id],
        metadata_options={"http_tokens": "required"},
    )
