"""Triage, cases, leaks that people report, self-inspections: what is done about what was found."""
