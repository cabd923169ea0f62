"""One program a file: `program()` declares it, `TWINS` says what breaks it."""
