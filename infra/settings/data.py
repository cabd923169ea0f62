"""``plant:data``: the databases of others that the application uses, and what else it reads from its environment."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, IPvAnyNetwork, StringConstraints

from infra.settings.base import Group, Slug, arn

EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
"""Name of an environment variable."""
EnvironmentValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,500}$")]
"""Value of one: printable ASCII, on one line."""


class DataStore(Group):
    """One data store: where it is, by which way it is reached, and as whom."""

    name: Slug = Field(description="Name of the store, e.g. orders; PLANT_STORE_<NAME>_HOST and _PORT name its place.")
    endpoint: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{2,252}$", description="Host name of the store.")
    port: int = Field(ge=1, le=65_535, description="Port of the store (1 to 65,535), e.g. 5432.")
    way: Literal["security-group", "vpc-endpoint", "gateway-endpoint", "ipv6"] = Field(
        description=(
            "How it is reached: security-group (of a store in the VPC), vpc-endpoint (an interface endpoint that this"
            " stack makes, $7.30 a month and zone), gateway-endpoint (DynamoDB, free), ipv6 (addresses outside)."
        )
    )
    security_group_id: str | None = Field(
        default=None, pattern=r"^sg-[0-9a-f]{8,17}$", description="Group of the store; for security-group."
    )
    endpoint_service: str | None = Field(
        default=None,
        pattern=r"^com\.amazonaws\.[a-z0-9.-]{3,200}$",
        description="Service of the interface endpoint, e.g. com.amazonaws.us-east-1.qldb.session; for vpc-endpoint.",
    )
    prefix_list_id: str | None = Field(
        default=None,
        pattern=r"^pl-[0-9a-f]{8,17}$",
        description="Addresses behind the platform's gateway endpoint; for gateway-endpoint of a shared stack.",
    )
    cidrs: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        max_length=10,
        description="Ranges of its addresses: IPv6 for ipv6; for pods those of every store but DynamoDB.",
    )
    rds_user_arn: str | None = Field(
        default=None,
        pattern=arn("rds-db", "dbuser:", "[A-Za-z0-9-]{1,40}/[!-~]{1,63}"),
        description="Database user that signs in by IAM (rds-db:connect), e.g. arn:aws:rds-db:…:dbuser:db-ABC/plant.",
    )
    table_arn: str | None = Field(
        default=None,
        pattern=arn("dynamodb", "table/", "[A-Za-z0-9_.-]{1,255}"),
        description="DynamoDB table that the application may use.",
    )
    table_access: Literal["read", "read-write"] = Field(
        default="read-write", description="What it may do with the table: read, or read-write."
    )


class DataSettings(Group):
    """Data stores and environment."""

    stores: tuple[DataStore, ...] = Field(
        default=(), max_length=10, description="At most 10 data stores, with 50 ranges of addresses together."
    )
    environment: dict[EnvironmentName, EnvironmentValue] = Field(
        default_factory=dict,
        max_length=50,
        description=(
            "Further environment variables of the container, up to 6,000 bytes of them for instances; nothing secret:"
            " user data and manifests are read."
        ),
    )
