"""The report: one self-contained page about one or several stacks, and the pictures that it is made of."""
