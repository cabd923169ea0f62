"""Rules about route53."""
