"""The contract of containers: a Blob that holds other files in, its members out.

Implementations stand in ``containers/``, one module per family, each with a ``PLUGIN``. Modules must import fast:
libraries that are not in the standard library are imported where they are used. A member's stream is read before
the next member is asked for. Members' names are labels: they are never used as a path on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from shoumi.engine.blob import Blob
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item


class Container(Protocol):
    """Opens blobs of some media types."""

    name: str  # also the ``kind`` of the trail's step
    version: int  # for people; earlier results end with any change of the code (made.py)
    media_types: frozenset[str]  # as ``sniff.media_type`` names them

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:
        """Yield every member in stored order, and a Gap for each one that cannot be read.

        A directory entry is not a member. Raises Unexamined when the rest cannot be reached: what was yielded
        stays valid. Sizes, depth, number and total are limited by the caller, who counts real bytes.
        """
        ...
