"""Approvals: who must agree before something may be done, and whether they did, to exactly this."""

from shoumi.console.approvals.flow import Flow, Step, all_of, any_of, leader_of_unit, role, two

__all__ = ["Flow", "Step", "all_of", "any_of", "leader_of_unit", "role", "two"]
