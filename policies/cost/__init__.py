"""What a stack costs: catalogue, one estimator a service, basis and budget."""
