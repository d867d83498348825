"""The interface for programs: every action and every list, without a line of their own, for holders of tokens."""
