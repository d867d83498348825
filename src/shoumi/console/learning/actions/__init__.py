"""What can be done with lessons and letters. Importing the package registers every action."""

from shoumi.console.learning.actions import materials, requiring, signing, taking, tending

__all__ = ["materials", "requiring", "signing", "taking", "tending"]
