"""One module per kind of place that an address can mean."""
