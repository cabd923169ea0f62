"""Certificate Manager and the Route 53 records that prove a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment import tokens
from workbench.emulator.ownership import own_by_tags, tag_list
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

if TYPE_CHECKING:
    from workbench.emulator.api import Api


def _record(context: Context) -> dict[str, Any]:
    record: dict[str, Any] = {"Name": context["name"], "Type": context["type"]}
    if context.get("aliases"):
        alias = context["aliases"][0]
        record["AliasTarget"] = {
            "HostedZoneId": alias["zoneId"],
            "DNSName": alias["name"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    else:
        record["TTL"] = int(context.get("ttl", 300))
        record["ResourceRecords"] = [{"Value": value} for value in context["records"]]
    return record


def _change(action: str) -> Any:
    return lambda context: {"Changes": [{"Action": action, "ResourceRecordSet": _record(context)}]}


def _created(context: Context) -> dict[str, Any]:
    """What the provider sends: a record that is there already is another's, unless it may be overwritten."""
    batch: dict[str, Any] = _change("UPSERT" if context.get("allowOverwrite") else "CREATE")(context)
    return batch


def _same_record(api: Api, context: Context) -> list[str]:
    """The record that an interrupted creation left: it is just as declared, so another stack's looks otherwise (its
    alias is another load balancer)."""
    wanted = _record(context)
    where = {"StartRecordName": wanted["Name"], "StartRecordType": wanted["Type"]}
    found = api.call("route53", "list_resource_record_sets", HostedZoneId=context["zoneId"], **where)
    for record in found["ResourceRecordSets"]:
        plain = {key: value for key, value in record.items() if key in wanted}
        if {**plain, "Name": plain["Name"].rstrip(".")} == {**wanted, "Name": wanted["Name"].rstrip(".")}:
            return [f"{context['zoneId']}_{context['name']}_{context['type']}"]
    return []


_KEY_TYPES = ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"]
"""ListCertificates lists RSA keys of up to 2048 bits only, if it is not asked for the others."""

TYPES = (
    AwsType(
        pulumi_type=tokens.CERTIFICATE[0],
        service="acm",
        create=Call(
            operation="request_certificate",
            args={"DomainName": "{domainName}", "IdempotencyToken": "{mark}", "Tags": tag_list()},
            takes=("validationMethod", "subjectAlternativeNames", "keyAlgorithm", "options"),
        ),
        renames={
            "options.certificateTransparencyLoggingPreference": "CertificateTransparencyLoggingPreference",
            "validationOptions": "",
        },
        not_kept=frozenset({"keyAlgorithm"}),
        id="CertificateArn",
        find=own_by_tags(
            Read(
                service="acm",
                operation="list_certificates",
                args={"Includes": {"keyTypes": _KEY_TYPES}},
                item="CertificateSummaryList[?DomainName=='{domainName}'].CertificateArn",
            ),
            Read(operation="list_tags_for_certificate", args={"CertificateArn": "{id}"}, item="Tags"),
        ),
        finds_own=True,
        read=(Read(operation="describe_certificate", args={"CertificateArn": "{id}"}, item="Certificate"),),
        live={"validationMethod": "DomainValidationOptions[0].ValidationMethod"},
        update=(
            Call(
                operation="update_certificate_options",
                args={"CertificateArn": "{id}"},
                takes=("options",),
                when=("options",),
            ),
        ),
        delete=Call(operation="delete_certificate", args={"CertificateArn": "{id}"}),
        outputs={
            "arn": "CertificateArn",
            "status": "Status",
            "domainValidationOptions": "DomainValidationOptions[].{domainName: DomainName, "
            "resourceRecordName: ResourceRecord.Name, resourceRecordType: ResourceRecord.Type, "
            "resourceRecordValue: ResourceRecord.Value}",
        },
        replaces=frozenset({"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"}),
        tagging=tagging("add_tags_to_certificate", "remove_tags_from_certificate", keys="Tags", CertificateArn="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.CERTIFICATE_VALIDATION[0],
        service="acm",
        # A waiter: the provider polls until the certificate is issued; there is nothing to create or delete.
        create=Call(operation="describe_certificate", args={"CertificateArn": "{certificateArn}"}),
        id="{certificateArn}",
        read=(Read(operation="describe_certificate", args={"CertificateArn": "{certificateArn}"}, item="Certificate"),),
        live={"certificateArn": "CertificateArn"},
        unsent=frozenset({"validationRecordFqdns"}),
        replaces=frozenset({"certificateArn", "validationRecordFqdns"}),
    ),
    AwsType(
        pulumi_type=tokens.DNS_RECORD[0],
        service="route53",
        create=Call(
            operation="change_resource_record_sets",
            args={"HostedZoneId": "{zoneId}", "ChangeBatch": _created},
        ),
        id="{zoneId}_{name}_{type}",
        find=_same_record,
        read=(
            Read(
                operation="list_resource_record_sets",
                args={"HostedZoneId": "{zoneId}", "StartRecordName": "{name}", "StartRecordType": "{type}"},
                item="ResourceRecordSets[?Type=='{type}' && (Name=='{name}' || Name=='{name}.')] | [0]",
            ),
        ),
        update=(
            Call(
                operation="change_resource_record_sets",
                args={"HostedZoneId": "{zoneId}", "ChangeBatch": _change("UPSERT")},
            ),
        ),
        live={"ttl": "TTL", "records": "ResourceRecords[].Value", "type": "Type"},
        delete=Call(
            operation="change_resource_record_sets",
            args={"HostedZoneId": "{zoneId}", "ChangeBatch": _change("DELETE")},
        ),
        outputs={"fqdn": "{name}"},
        unsent=frozenset({"allowOverwrite"}),
        replaces=frozenset({"zoneId", "name", "type", "setIdentifier"}),
    ),
)
