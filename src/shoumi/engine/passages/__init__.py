"""Registered documents: fingerprints, index, alignment."""
