"""How much one item may cost, so that no file can exhaust the machine (zip bombs, huge pictures, endless parsers).

Reaching a limit never hides content: what was read is examined, the rest becomes a Gap with reason ``limit``,
``too-large`` or ``timeout``. Actual bytes are counted, never the sizes that headers claim.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from shoumi.engine.errors import LimitReached

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits per item. Bytes unless said otherwise."""

    depth: int = 16  # levels of nesting
    members: int = 200_000  # members of one item, over all levels
    member_bytes: int = 4 * GIB  # unpacked bytes of one member; what is beyond is not examined
    total_bytes: int = 16 * GIB  # unpacked bytes of one item, over all levels
    expansion: int = 100  # unpacked bytes for each byte of the item; what is beyond is not examined …
    expansion_bytes: int = GIB  # … but this much always is: small files of zeros are bombs, large ones may be logs
    parse_bytes: int = 256 * MIB  # largest document that a parser may load whole
    memory_bytes: int = 3 * GIB  # address space of a worker process
    spool_bytes: int = 16 * MIB  # larger members go to a private temporary file
    block_bytes: int = 8 * MIB  # plain text is read in blocks of this size
    step_seconds: float = 60.0  # longest silence of a worker before it is killed; grows with the size read
    matches: int = 10_000  # matches of one rule in one document
    pixels: int = 60_000_000  # pixels of one picture

    def seconds_for(self, size: int) -> float:
        """Return the longest time that one step on ``size`` bytes may take: at least 1 MiB/s is expected."""
        return self.step_seconds + size / MIB


class Opened(Protocol):
    """A blob, as the budget sees it."""

    size: int

    @property
    def digest(self) -> bytes:
        """SHA-256 of the content; computed when it is first asked for."""
        ...


@dataclass(slots=True)
class Budget:
    """What one outermost item has used so far; shared by all levels of its nesting."""

    limits: Limits
    members: int = 0
    ancestors: list[Opened] = field(default_factory=list)  # the blobs that are being opened, outermost first
    unpacked: int = 0  # bytes

    @property
    def total(self) -> int:
        """Unpacked bytes that the item may have: those of ``limits``, less when the item itself is small."""
        if not self.ancestors:
            return self.limits.total_bytes
        size = self.ancestors[0].size
        fair = max(self.limits.expansion_bytes, self.limits.expansion * size)
        return min(max(self.limits.total_bytes, size), fair)  # the files of a large disk are not too much

    @property
    def room(self) -> int:
        """Bytes that may still be unpacked."""
        return max(0, self.total - self.unpacked)

    def enter(self, blob: Opened) -> None:
        """Go one level down. Raises LimitReached beyond the depth, or when a container contains itself (droste)."""
        if any(above.size == blob.size and above.digest == blob.digest for above in self.ancestors):
            raise LimitReached("an archive that contains itself")
        if len(self.ancestors) >= self.limits.depth:
            raise LimitReached(f"nested deeper than {self.limits.depth} levels")
        self.ancestors.append(blob)

    def leave(self) -> None:
        """Go one level up."""
        self.ancestors.pop()

    def member(self) -> None:
        """Count a member. Raises LimitReached beyond the number of members or total bytes."""
        self.members += 1
        most = max(self.limits.members, self.ancestors[0].size // (16 * KIB) if self.ancestors else 0)
        if self.members > most:
            raise LimitReached(f"more than {most} members")
        if not self.room:
            raise LimitReached(f"more than {self.total // MIB} MiB unpacked; the rest was not examined")
