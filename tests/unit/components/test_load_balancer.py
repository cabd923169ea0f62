"""Public HTTPS entry point."""


def test_load_balancer_is_strict_and_logs(dev, one):
    balancer = one(dev, "aws:lb/loadBalancer:LoadBalancer")
    assert balancer.get("desyncMitigationMode") == "strictest"
    assert balancer.get("dropInvalidHeaderFields") is True
    assert balancer.get("accessLogs.enabled") is True
    assert balancer.get("enableWafFailOpen") is False
    assert balancer.get("ipAddressType") == "dualstack"
    assert len(balancer.get("subnets")) == 2


def test_logs_start_only_after_the_bucket_lets_them_in(dev, one):
    balancer = one(dev, "aws:lb/loadBalancer:LoadBalancer")
    policy = one(dev, "aws:s3/bucketPolicy:BucketPolicy")
    assert policy.urn in balancer.property_dependencies["accessLogs"]


def test_only_listener_speaks_modern_tls(dev, one):
    listener = one(dev, "aws:lb/listener:Listener")
    assert (listener.get("port"), listener.get("protocol")) == (443, "HTTPS")
    assert listener.get("sslPolicy").startswith("ELBSecurityPolicy-TLS13-1-2-Res")
    assert "max-age=31536000" in listener.get("routingHttpResponseStrictTransportSecurityHeaderValue")


def test_request_that_no_rule_matches_is_not_forwarded(dev, one):
    (action,) = one(dev, "aws:lb/listener:Listener").get("defaultActions")
    assert action["type"] == "fixed-response"
    assert action["fixedResponse"]["statusCode"] == "404"


def test_listener_waits_for_an_issued_certificate(dev, one):
    listener = one(dev, "aws:lb/listener:Listener")
    validation = one(dev, "aws:acm/certificateValidation:CertificateValidation")
    assert validation.urn in listener.property_dependencies["certificateArn"]


def test_name_is_published_for_the_addresses_there_are(dev):
    records = [record for record in dev.of_type("aws:route53/record:Record") if record.name.startswith("plant-edge")]
    assert [record.get("type") for record in records] == ["A", "AAAA"]
