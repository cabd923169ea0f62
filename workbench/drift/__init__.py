"""What a stack has become beside what its state says: by whose hand, at what cost, against which rules."""
