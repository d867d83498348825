"""One module per family of document formats."""
