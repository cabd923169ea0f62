"""What resources of `elasticbeanstalk` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:elasticbeanstalk/environment:Environment",
        {
            "solutionStackName": "64bit Amazon Linux 2023 v4.3.0 running Python 3.12 - ami al2023",
            "settings": [
                {"namespace": "aws:ec2:instances", "name": "InstanceTypes", "value": "t3.small"},
                {"namespace": "aws:autoscaling:asg", "name": "MinSize", "value": "2"},
                {"namespace": "aws:elasticbeanstalk:environment", "name": "LoadBalancerType", "value": "application"},
            ],
        },
        {
            "Instances (t3.small": "30.368",
            "Root volume": "1.60",
            "Public IPv4 addresses of the load": "7.30",
            "Application load balancer": "16.425",
            "Alarms": "0.20",
        },
    ),
    case(
        "aws:elasticbeanstalk/environment:Environment",
        {
            "solutionStackName": "Amazon-Linux al2023",
            "settings": [
                {"namespace": "aws:autoscaling:launchconfiguration", "name": "InstanceType", "value": "m5.large"},
                {"namespace": "aws:elasticbeanstalk:environment", "name": "EnvironmentType", "value": "SingleInstance"},
                {"namespace": "aws:autoscaling:launchconfiguration", "name": "RootVolumeType", "value": "gp3"},
                {"namespace": "aws:autoscaling:launchconfiguration", "name": "RootVolumeSize", "value": "20"},
            ],
        },
        {"Instances": "70.08", "Root volume (gp3)": "1.60", "Public IPv4": "3.65", "Classic": None, "Alarms": None},
        id="environment: a single instance",
    ),
]
