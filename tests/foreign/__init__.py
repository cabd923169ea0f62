"""Programs as other people write them, each with its broken twins."""
