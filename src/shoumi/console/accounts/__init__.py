"""Units, people, their accounts and roles; signing in."""
