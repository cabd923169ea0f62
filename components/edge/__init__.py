"""What stands between users and the fleets: load balancer, token checks, firewall, traffic split."""
