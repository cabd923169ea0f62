"""What a stack has to satisfy: rules, prices and the pack that enforces them."""
