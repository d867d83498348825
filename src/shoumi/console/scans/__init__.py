"""Scans as jobs, registered documents, checks before sending: the only room that opens the engine's door."""
