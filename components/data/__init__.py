"""What the service keeps or shares: cache, key, contract."""
