"""The audit trail: who did what, when, as a chain that nobody can change unseen."""
