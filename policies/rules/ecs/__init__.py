"""Rules about ecs."""
