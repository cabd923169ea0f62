"""What AWS bills for, one file a module of the type tokens."""
