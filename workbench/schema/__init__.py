"""Makes ``policies/schema``: what each property has to be, from the pinned SDK and the pinned models of the AWS API."""
