"""The component families as a Pulumi package, for programs in any language."""
