"""What the Pulumi CLI starts for the package `plant`."""

from components.hosted.provider import serve

serve()
