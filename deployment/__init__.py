"""What an engine wrote, for everybody who reads it: graph, reader, references, values. Imports nothing of ours."""
