"""Certificate Manager and the Route 53 records that prove a domain."""

from __future__ import annotations

from typing import Any

from workbench.emulator.resource_type import AwsType, Call, Context, Read


def _change(action: str) -> Any:
    def batch(context: Context) -> dict[str, Any]:
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
        return {"Changes": [{"Action": action, "ResourceRecordSet": record}]}

    return batch


TYPES = (
    AwsType(
        pulumi_type="aws:acm/certificate:Certificate",
        service="acm",
        create=Call(
            operation="request_certificate",
            args={"DomainName": "{domainName}", "IdempotencyToken": "{uid}"},
            takes=("validationMethod", "subjectAlternativeNames", "keyAlgorithm", "options", "tags"),
        ),
        renames={
            "options.certificateTransparencyLoggingPreference": "CertificateTransparencyLoggingPreference",
            "validationOptions": "",
        },
        not_kept=frozenset({"keyAlgorithm"}),
        id="CertificateArn",
        read=(Read(operation="describe_certificate", args={"CertificateArn": "{id}"}, item="Certificate"),),
        live={"validationMethod": "DomainValidationOptions[0].ValidationMethod"},
        delete=Call(operation="delete_certificate", args={"CertificateArn": "{id}"}),
        outputs={
            "arn": "CertificateArn",
            "status": "Status",
            "domainValidationOptions": "DomainValidationOptions[].{domainName: DomainName, "
            "resourceRecordName: ResourceRecord.Name, resourceRecordType: ResourceRecord.Type, "
            "resourceRecordValue: ResourceRecord.Value}",
        },
        replaces=frozenset({"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"}),
        tag=Call(operation="add_tags_to_certificate", args={"CertificateArn": "{id}"}, takes=("tags",)),
        untag=Call(
            operation="remove_tags_from_certificate",
            args={"CertificateArn": "{id}", "Tags": lambda c: [{"Key": key} for key in c.removed_tags]},
        ),
    ),
    AwsType(
        pulumi_type="aws:acm/certificateValidation:CertificateValidation",
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
        pulumi_type="aws:route53/record:Record",
        service="route53",
        create=Call(
            operation="change_resource_record_sets",
            args={"HostedZoneId": "{zoneId}", "ChangeBatch": _change("UPSERT")},
        ),
        id="{zoneId}_{name}_{type}",
        read=(
            Read(
                operation="list_resource_record_sets",
                args={"HostedZoneId": "{zoneId}", "StartRecordName": "{name}", "StartRecordType": "{type}"},
                item="ResourceRecordSets[0]",
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
