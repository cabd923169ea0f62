"""Certificate of the API's name."""

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize


def test_certificate_is_for_one_name_and_proved_by_dns(dev, one):
    certificate = one(dev, "aws:acm/certificate:Certificate")
    assert certificate.get("domainName") == "api.dev.plant.example.com"
    assert certificate.get("validationMethod") == "DNS"
    record = one(dev, "aws:route53/record:Record", "plant-certificate-proof")
    assert record.property_dependencies["name"] == (certificate.urn,)


def test_no_record_is_taken_from_another_stack(dev):
    assert [one.name for one in dev.of_type("aws:route53/record:Record") if one.get("allowOverwrite")] == []


def test_given_certificate_is_used_as_it_is(one):
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/given"
    graph = graph_from_json(synthesize("dev", overrides={"plant:edge.certificate_arn": arn}), "given")
    assert not graph.of_type("aws:acm/certificate:Certificate")
    assert one(graph, "aws:lb/listener:Listener").get("certificateArn") == arn


def test_certificate_outlives_a_session(dev, parked, one):
    token = "aws:acm/certificateValidation:CertificateValidation"
    assert one(dev, token).urn == one(parked, token).urn
