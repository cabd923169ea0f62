"""Rules about ec2."""
