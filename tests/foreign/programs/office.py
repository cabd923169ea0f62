"""An office in the cloud: desktops, file servers of two kinds, SFTP for suppliers, copies of an old file server."""

import pulumi
import pulumi_aws as aws

from foreign.parts import network

PLAIN = "C0rrect-horse"
TWINS = {
    "a desktop whose disk is in plain text": {"desk.userVolumeEncryptionEnabled": None},
    "files by FTP": {"suppliers.protocols": ["SFTP", "FTP"]},
    "the administrator's password in plain text": {"arrays.fsxAdminPassword": PLAIN},
    "the directory's password in plain text": {"shares.selfManagedActiveDirectory.password": PLAIN},
    "the old server's password in plain text": {"old.password": PLAIN},
    "the gateway's password in plain text": {"branch.smbGuestPassword": PLAIN},
}


def program():
    password = pulumi.Output.secret("given by the company's vault")
    net = network("net")
    directory = aws.directoryservice.Directory(
        "office",
        name="office.acme.example",
        password=password,
        type="MicrosoftAD",
        edition="Standard",
        vpc_settings={"vpc_id": net.vpc.id, "subnet_ids": [one.id for one in net.private]},
    )
    aws.workspaces.Workspace(
        "desk",
        directory_id=directory.id,
        bundle_id="wsb-0123456789",
        user_name="ada",
        root_volume_encryption_enabled=True,
        user_volume_encryption_enabled=True,
        volume_encryption_key="alias/aws/workspaces",
    )
    aws.fsx.OntapFileSystem(
        "arrays",
        storage_capacity=1024,
        subnet_ids=[one.id for one in net.private],
        preferred_subnet_id=net.private[0].id,
        deployment_type="MULTI_AZ_1",
        throughput_capacity=128,
        fsx_admin_password=password,
    )
    aws.fsx.WindowsFileSystem(
        "shares",
        storage_capacity=32,
        subnet_ids=[net.private[0].id],
        throughput_capacity=32,
        automatic_backup_retention_days=7,
        self_managed_active_directory={
            "domain_name": "corp.acme.example",
            "dns_ips": ["10.0.10.10"],
            "username": "joiner",
            "password": password,
        },
    )
    aws.transfer.Server("suppliers", protocols=["SFTP"], security_policy_name="TransferSecurityPolicy-2024-01")
    aws.datasync.LocationSmb(
        "old",
        server_hostname="files.acme.example",
        subdirectory="/office",
        user="copier",
        password=password,
        agent_arns=["arn:aws:datasync:us-east-1:123456789012:agent/agent-0123456789abcdef0"],
    )
    aws.storagegateway.Gateway(
        "branch",
        gateway_name="branch",
        gateway_timezone="GMT",
        gateway_type="FILE_S3",
        gateway_ip_address="10.0.10.20",
        smb_guest_password=password,
    )
