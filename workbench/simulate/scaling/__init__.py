"""Scaling decisions as documented: target tracking, steps, schedules, and the Kubernetes autoscaler."""
