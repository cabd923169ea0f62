"""What Kubernetes objects make a cloud bill for."""
