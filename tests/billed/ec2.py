"""What resources of `ec2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m5.xlarge", "ami": "windows-server-2022-english-full-base"},
        {"Instance (m5.xlarge, on demand)": "274.48"},  # 730 x .376
        id="instance: windows",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t3.medium", "ami": "ami-1", "creditSpecification": {"cpuCredits": "standard"}},
        {"Instance (t3.medium, on demand)": "30.368", "Root volume (gp2, size assumed)": "0.80"},
        id="instance",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m7g.large", "monitoring": True, "associatePublicIpAddress": True},
        {"Detailed monitoring": "2.10", "Public IPv4 address": "3.65"},
        id="instance: monitoring, address",
    ),
    case(
        "aws:ec2/instance:Instance",
        {
            "instanceType": "m7g.large",
            "rootBlockDevice": {"volumeSize": 20, "volumeType": "gp3"},
            "ebsBlockDevices": [{"volumeSize": 40, "volumeType": "sc1"}],
        },
        {"Root volume (gp3)": "1.60", "Volume (sc1)": "0.60"},
        id="instance: volumes",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t4g.nano", "instanceMarketOptions": {"marketType": "spot"}},
        {"Instance (t4g.nano, spot)": "1.1826"},
        id="spot instance",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t4g.nano", "instanceMarketOptions": {"spotOptions": {"maxPrice": "0.001"}}},
        {"Instance (t4g.nano, spot)": "0.73"},  # 730 x .001
        id="spot instance: no more than its bid",
    ),
    case(
        "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
        {"instanceType": "m7g.large", "spotPrice": "0.02", "associatePublicIpAddress": False},
        {"Instance (m7g.large, spot)": "14.60", "Root volume": "0.80", "Public IPv4 address": None},
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m7g.large", "primaryNetworkInterface": {"networkInterfaceId": "eni-1"}},
        {"Public IPv4 address": None},
        id="instance: an interface made elsewhere",
    ),
    case("aws:ec2/eip:Eip", {}, {"Elastic IP": "3.65"}),
    case("aws:ec2/eip:Eip", {"publicIpv4Pool": "ipv4pool-1"}, {"Elastic IP": None}, id="own address pool"),
    case(
        "aws:ec2/natGateway:NatGateway",
        {},
        {"NAT gateway": "32.85", "Data through": "4.50"},
        {"monthly_data_processed_gb": 100},
    ),
    case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "Interface", "subnetIds": ["a", "b"]},
        {"Interface endpoint": "14.60", "Data through": "1.00"},
        {"monthly_data_processed_gb": 100},
        id="interface endpoint",
    ),
    case("aws:ec2/vpcEndpoint:VpcEndpoint", {"serviceName": "s3"}, {"Gateway endpoint": None}, id="gateway endpoint"),
    case("aws:ec2/flowLog:FlowLog", {"logDestinationType": "s3"}, {"Flow logs": "2.50"}, {"monthly_gb": 10}),
    case("aws:ec2/launchTemplate:LaunchTemplate", {"instanceType": "t4g.nano"}, {"Instance": None}),
    case("aws:ec2/launchConfiguration:LaunchConfiguration", {"instanceType": "t4g.nano"}, {"Instance": None}),
    case("aws:ec2/vpnConnection:VpnConnection", {}, {"VPN connection": "36.50"}),
    case(
        "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
        {"vpcEndpointId": "vpce-1", "subnetId": "subnet-1"},
        {"Endpoint in a further subnet": "7.30"},
        id="endpoint in a further subnet",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m7g.large", "ami": "ami-1"},
        {"Public IPv4 address": "3.65"},
        id="instance in the default VPC",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "m7g.large", "ami": "ami-1", "subnetId": "subnet-0a1b"},
        {"Public IPv4 address": "0.00"},
        id="instance in a subnet that isn't in the graph: worst case only",
    ),
    case(
        "aws:ec2/vpnConnection:VpnConnection",
        {"transitGatewayId": "tgw-1"},
        {"VPN connection": "36.50", "Public IPv4": "7.30", "Transit Gateway attachment": "36.50"},
        {"monthly_data_processed_gb": 0},
        id="vpn: two addresses, and the attachment that AWS makes",
    ),
    case(
        "aws:ec2/vpnConnection:VpnConnection",
        {"outsideIpAddressType": "PrivateIpv4", "transportTransitGatewayAttachmentId": "tgw-attach-1"},
        {"Public IPv4": None, "Transit Gateway attachment": None},
        id="vpn over direct connect",
    ),
    case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "Interface", "subnetIds": ["a"]},
        # a petabyte at .01, four at .006, the rest of 6,000,000 GB at .004
        {"Interface endpoint": "7.30", "Data through the endpoint": "38680.064"},
        {"monthly_data_processed_gb": 6_000_000},
        id="interface endpoint: tiers of data",
    ),
    case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "GatewayLoadBalancer", "subnetIds": ["a"]},
        {"GatewayLoadBalancer endpoint": "7.30", "Data through the endpoint": "3.50"},
        {"monthly_data_processed_gb": 1000},
        id="endpoint of a gateway load balancer",
    ),
    case(
        "aws:ec2/instance:Instance",
        {"instanceType": "t3.medium"},
        {"Surplus CPU credits": "30.00"},
        {"monthly_cpu_credit_hrs": 300},
        id="t3: 300 hours on surplus credits, 2 vCPUs",
    ),
    case("aws:ec2/trafficMirrorSession:TrafficMirrorSession", {}, {"Traffic mirroring": "10.95"}),
    *(
        case(f"aws:ec2/{kind[0].lower()}{kind[1:]}:{kind}", {}, {"Snapshots of the image": "5.00"}, {"storage_gb": 100})
        for kind in ("AmiCopy", "AmiFromInstance")
    ),
    case(
        "aws:ec2/capacityReservation:CapacityReservation",
        {"instanceType": "m5.large", "instancePlatform": "Linux/UNIX", "instanceCount": 3},
        {"Reserved capacity (m5.large)": "210.24"},
    ),
    case(
        "aws:ec2/capacityReservation:CapacityReservation",
        {"instanceType": "m5.xlarge", "instancePlatform": "Windows", "instanceCount": 1},
        {"Reserved capacity (m5.xlarge)": "274.48"},
        id="reserved capacity of Windows",
    ),
    case("aws:ec2/dedicatedHost:DedicatedHost", {"instanceType": "c5.18xlarge"}, {"Dedicated host (c5)": "2457.18"}),
    case("aws:ec2/dedicatedHost:DedicatedHost", {"instanceFamily": "mac1"}, {"Dedicated": "790.59"}, id="Mac host"),
]
