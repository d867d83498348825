"""The actions of the room, gathered so that the registry finds them."""

from __future__ import annotations

from shoumi.console.scans.actions import documents, plans, questions, uploads

__all__ = ["documents", "plans", "questions", "uploads"]
