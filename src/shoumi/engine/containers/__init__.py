"""One module per family of files that hold other files."""
