"""Every stack of a backend: found, read, judged one by one, and added up by account."""
