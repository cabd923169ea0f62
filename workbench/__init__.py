"""What engineers run around the program: preview, diff, cost, rehearsal, simulation, reports."""
