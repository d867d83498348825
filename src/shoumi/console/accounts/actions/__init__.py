"""All that can be changed about units, people, accounts and roles."""

from shoumi.console.accounts.actions import accounts, own, people, rights, setup, units

__all__ = ["accounts", "own", "people", "rights", "setup", "units"]
