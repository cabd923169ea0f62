"""Rules about ssm."""
