"""What resources of `lb` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

ALB = "aws:lb/loadBalancer:LoadBalancer"

CASES = [
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Application load balancer": "16.425", "Public IPv4 addresses": "7.30"},
        id="alb: 730 h and two addresses",
    ),
    case(ALB, {"subnets": ["a", "b", "c"]}, {"Public IPv4 addresses": "10.95"}, id="alb: an address a zone"),
    case(
        ALB,
        {"subnets": ["a", "b"], "ipAddressType": "dualstack-without-public-ipv4"},
        {"Public IPv4 addresses": None},
        id="alb without public ipv4",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"], "internal": True},
        {"Public IPv4 addresses": None, "Data out": None},
        id="internal alb",
    ),
    case(
        ALB, {"subnets": ["a", "b"]}, {"Load balancer capacity units": "5.84"}, {"new_connections": 25}, id="lcu: 25/s"
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "11.68"},
        {"active_connections": 6000},
        id="lcu: active",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "0.80"},
        {"processed_bytes_gb": 100},
        id="lcu: bytes",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Load balancer capacity units": "5.84"},
        {"rule_evaluations": 1000},
        id="lcu: rules",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"]},
        {"Data out to the internet": "90.00"},
        {"monthly_outbound_internet_gb": 1000},
        id="alb: outbound data",
    ),
    case(
        ALB,
        {"loadBalancerType": "network", "subnets": ["a", "b"]},
        {"Network load balancer": "16.425", "Network load balancer capacity units": "0.60"},
        {"processed_bytes_gb": 100},
        id="nlb",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"], "minimumLoadBalancerCapacity": {"capacityUnits": 100}},
        {"Reserved capacity units": "584.00", "Load balancer capacity units": "0.00"},
        {"new_connections": 25},
        id="alb: 100 reserved units, less than them used",
    ),
    case(
        ALB,
        {"subnets": ["a", "b"], "minimumLoadBalancerCapacity": {"capacityUnits": 1}},
        {"Reserved capacity units": "5.84", "Load balancer capacity units": "5.84"},
        {"new_connections": 50},
        id="alb: one reserved unit, two used",
    ),
    case(
        ALB,
        {"loadBalancerType": "network", "subnets": ["a", "b"]},
        {"Network load balancer capacity units": "8.76"},
        {"new_connections": 1600},
        id="nlb: new flows, 800 a unit",
    ),
    case(
        "aws:lb/loadBalancer:LoadBalancer",
        {"loadBalancerType": "gateway", "subnets": ["a", "b"]},
        {"Gateway load balancer, in each zone": "18.25", "Gateway load balancer capacity units": "0.40"},
        {"processed_bytes_gb": 100},
        id="gateway load balancer in two zones",
    ),
]
