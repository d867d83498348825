"""One module per written form of a scan's results."""
