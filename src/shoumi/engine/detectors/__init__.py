"""One module per way of deciding about candidates."""
