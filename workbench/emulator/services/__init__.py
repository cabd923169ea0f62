"""One module a service: its resource types as table rows in ``TYPES``."""
