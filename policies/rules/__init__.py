"""One rule a file, in a folder for its group; `policies.registry` finds them."""
