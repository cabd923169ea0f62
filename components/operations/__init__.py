"""What looks after the stack: maintenance, reaper, budget guard."""
