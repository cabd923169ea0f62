"""Entry point that the Pulumi CLI starts for `--policy-pack policies`."""

from policies.adapter import serve

serve()
