"""Rules of the group observability."""
