"""Rules of the group uptime."""
