"""What is measured, logged and told to operators."""
