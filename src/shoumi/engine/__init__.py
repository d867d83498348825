"""The inspection engine: addresses in, findings and gaps out."""
