"""Every speed and recall figure of the documentation, as a command anyone can run."""
