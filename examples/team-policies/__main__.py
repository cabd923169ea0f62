"""What the Pulumi CLI starts for `--policy-pack team-policies`."""

from pathlib import Path

from policies.adapter import serve

serve(Path(__file__).parent, "team-policies")
