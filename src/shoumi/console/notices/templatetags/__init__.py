"""What the pages around need from notices."""
