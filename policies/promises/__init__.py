"""What the story promises, run through rather than looked up: asked of this project's own stacks."""
