"""Index segments: sorted fingerprints in one immutable, checksummed, memory-mapped file each.

In: keys (the upper ``BITS`` of k-gram hashes) with their positions, and the documents that they stand in. Out: for
the hashes of a checked text, every place where a registered document has the same. A filter of two bits for each
entry answers most look-ups with one read of memory; only what passes it is decrypted and compared.

Layout, little-endian, each part padded to 16 bytes: magic with the number of the folding 8 · SHA-256 of all that
follows 32 · salt 16 · entries, documents, words of the filter, bits of the directory, each uint64 · filter uint64 ·
directory uint32 · entries, two in 16 bytes, each low 32 bits of the key and position uint32 · numbers of the documents
uint32 · where each document starts uint32, one more at the end. Entries are encrypted (AES-256, a key for each
segment): no two blocks of a segment are alike, because each holds positions of its own, so nothing shows which k-gram
follows which. Filter and directory are not: they tell how many k-grams there are, and bits of secret hashes without
order (docs/security.md).
"""

from __future__ import annotations

import hashlib
import hmac
import mmap
import os
import secrets
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.errors import OutputError, ShoumiError
from shoumi.engine.passages.grams import Hashes
from shoumi.engine.passages.normalise import FOLDING

Keys: TypeAlias = NDArray[np.uint64]
MAGIC: Final = b"SHOUMIP%d" % FOLDING
EARLIER: Final = (b"SHOUMIP1",)  # of texts folded otherwise: read, because most of their fingerprints still meet
BITS: Final = 44  # of a key; in 27 million entries a key of other text is met once in 650,000 look-ups
FILTER_BITS: Final = 12  # bits of the filter for each entry: about 2 % of other text pass
POSTINGS: Final = 64  # places kept of one k-gram; whatever is in so many documents is boilerplate
REPEATS: Final = 4  # places kept of one k-gram in one document
_HEAD: Final = 88
_PIECE: Final = 1 << 14
_LOW: Final = np.uint64(0xFFFFFFFF)
_SPARE: Final = np.uint64(64 - BITS)


class Damaged(ShoumiError):  # noqa: N818  (a state of a file, not a mistake)
    """A segment that does not have the content it was written with."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What a segment is made of, sorted by key, then position. Positions count folded characters over all documents."""

    keys: Keys
    positions: NDArray[np.uint32]
    numbers: NDArray[np.uint32]  # of the documents, in order of their text
    starts: NDArray[np.uint32]  # position at which each document starts; the last one is the end


@dataclass(frozen=True, slots=True)
class Hits:
    """Places of a checked text (``query``, folded characters) that stand in registered documents too."""

    query: NDArray[np.int64]
    numbers: NDArray[np.int64]
    positions: NDArray[np.int64]  # in the document

    def __len__(self) -> int:
        return len(self.query)


def build(places: NDArray[np.int64], hashes: Hashes, numbers: Sequence[int], ends: Sequence[int]) -> Entries:
    """Return the entries of some documents. ``ends`` are the ends of their texts in ``places``."""
    starts = np.array([0, *ends], dtype=np.uint32)
    return ordered(hashes >> _SPARE, places.astype(np.uint32), np.array(numbers, dtype=np.uint32), starts)


def ordered(
    keys: Keys, positions: NDArray[np.uint32], numbers: NDArray[np.uint32], starts: NDArray[np.uint32]
) -> Entries:
    """Sort entries by key, then position, and leave out what is repeated too often."""
    keys, positions = _sorted_pieces(keys, positions)
    order = np.argsort(keys, kind="stable")  # merges the sorted pieces
    keys, positions = keys[order], positions[order]
    kept = _limited(keys, positions, starts)
    return Entries(keys[kept], positions[kept], numbers, starts)


def _sorted_pieces(keys: Keys, positions: NDArray[np.uint32]) -> tuple[Keys, NDArray[np.uint32]]:
    """Sort pieces whose places fit into the bits that a key leaves free: twice as fast as sorting places."""
    if len(keys) < 2 or not (keys[1:] < keys[:-1]).any():
        return keys, positions
    keys, positions = keys.copy(), positions.copy()
    size = 1 << (64 - BITS)
    for at in range(0, len(keys), size):
        piece = (keys[at : at + size] << _SPARE) | np.arange(len(keys[at : at + size]), dtype=np.uint64)
        piece.sort()
        keys[at : at + size] = piece >> _SPARE
        piece &= np.uint64(size - 1)
        positions[at : at + size] = positions[at : at + size].take(piece.view(np.int64))
    return keys, positions


def _limited(keys: Keys, positions: NDArray[np.uint32], starts: NDArray[np.uint32]) -> Any:
    """Return which entries stay when a k-gram has too many places."""
    if len(keys) <= REPEATS:
        return slice(None)
    same = keys[REPEATS:] == keys[:-REPEATS]
    if not same.any():
        return slice(None)
    kept = np.ones(len(keys), dtype=bool)
    later = np.flatnonzero(same) + REPEATS
    document = [np.searchsorted(starts, positions.take(later - back), side="right") for back in (0, REPEATS)]
    kept[later.compress(document[0] == document[1])] = False
    numbers = np.flatnonzero(kept)
    if len(numbers) > POSTINGS:
        left = keys.take(numbers)
        kept[numbers[POSTINGS:].compress(left[POSTINGS:] == left[:-POSTINGS])] = False
    return kept


def _filter(keys: Keys) -> NDArray[np.uint64]:
    """Return the filter. Keys are sorted, so that a piece of them fills a stretch of words: bit by bit, then packed."""
    words = max(1, -(-len(keys) * FILTER_BITS // 64))
    filled = np.zeros(words, dtype="<u8")
    for at in range(0, len(keys), _PIECE):
        hashes = keys[at : at + _PIECE] << _SPARE
        word = _word(hashes, words)
        first, last = int(word[0]), int(word[-1])
        bits = np.zeros((last - first + 1) * 64, dtype=np.uint8)
        place = (word - first) << 6
        for which in (0, 1):
            bits[place | _bit(hashes, which).view(np.int64)] = 1
        filled[first : last + 1] |= np.packbits(bits, bitorder="little").view("<u8")
    return filled


def _word(hashes: Hashes, words: int) -> NDArray[np.int64]:
    """Return which word of the filter each hash belongs to: its upper half, scaled."""
    scaled = hashes >> np.uint64(32)
    scaled *= np.uint64(words)
    scaled >>= np.uint64(32)
    return scaled.view(np.int64)


def _bit(hashes: Hashes, which: int) -> Hashes:
    """Return the first or second bit that a hash sets in its word."""
    return (hashes >> np.uint64(64 - BITS + 6 * which)) & np.uint64(63)


def _directory(keys: Keys) -> tuple[int, NDArray[np.uint32]]:
    """Return its bits, and for each value of so many upper bits where the keys with it start."""
    bits = min(26, max(BITS - 32, len(keys).bit_length() - 2))
    counts = np.bincount((keys >> np.uint64(BITS - bits)).view(np.int64), minlength=1 << bits)
    directory = np.zeros((1 << bits) + 1, dtype=np.uint32)
    np.cumsum(counts, out=directory[1:])
    return bits, directory


def _cipher(key: bytes, salt: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # Every block is unlike every other of its segment, and each segment has its own key: no mode is needed.
    return Cipher(algorithms.AES(hmac.digest(key, salt, "sha256")), modes.ECB())  # noqa: S305


def _crypt(context: Any, blocks: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Encrypt or decrypt pairs of entries, in pieces that stay in the cache."""
    flat = np.ascontiguousarray(blocks).reshape(-1)
    out = np.empty(len(flat), dtype="<u8")
    for at in range(0, len(flat), _PIECE):
        out[at : at + _PIECE] = np.frombuffer(context.update(flat[at : at + _PIECE].tobytes()), dtype="<u8")
    return out


def write(path: Path, entries: Entries, key: bytes) -> str:
    """Write a segment and wait until it is on disk; returns its digest. Raises OutputError (full disk, no permission).

    A file that could not be written whole is removed.
    """
    bits, directory = _directory(entries.keys)
    filled = _filter(entries.keys)
    salt = secrets.token_bytes(16)
    packed = np.zeros(-(-len(entries.keys) // 2) * 2, dtype="<u8")
    packed[: len(entries.keys)] = (entries.keys << np.uint64(32)) | entries.positions
    if len(packed) != len(entries.keys):
        packed[-1] = _LOW  # a position that no text reaches: the last block, too, is unlike all others
    sizes = np.array((len(entries.keys), len(entries.numbers), len(filled), bits), dtype="<u8").tobytes()
    stored = _crypt(_cipher(key, salt).encryptor(), packed)
    digest = hashlib.sha256(salt + sizes)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(bytes(_HEAD))
            for part in (filled, directory, stored, entries.numbers, entries.starts):
                data = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<")).view(np.uint8).data
                for piece in (data, bytes(-len(data) % 16)):
                    file.write(piece)
                    digest.update(piece)
            file.seek(0)
            file.write(MAGIC + digest.digest() + salt + sizes)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OutputError(f"the index cannot be written to {path.parent}: {os.strerror(error.errno or 0)}") from error
    return digest.hexdigest()


def current(path: Path) -> bool:
    """Whether a segment holds fingerprints of texts as they are folded now: others are never merged with it."""
    try:
        with path.open("rb") as file:
            return file.read(8) == MAGIC
    except OSError:
        return False


class Segment:
    """An open segment. Raises Damaged when its content is not what was written, FileNotFoundError when it is gone."""

    def __init__(self, path: Path, digest: str, key: bytes) -> None:
        self.name = path.name
        self.earlier = False  # whether its texts were folded by an earlier version: some of them will be missed
        with path.open("rb") as file:
            try:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except (ValueError, OSError) as error:
                raise Damaged(f"{path.name} is empty or cannot be read") from error
        body = hashlib.sha256(memoryview(data)[40:56])
        body.update(memoryview(data)[56:])
        self.earlier = data[:8] in EARLIER
        if not (data[:8] == MAGIC or self.earlier) or data[8:40] != body.digest() or body.hexdigest() != digest:
            raise Damaged(f"{path.name} is damaged")
        self._key, self._salt = key, bytes(data[40:56])
        self._context: Any = None
        self.count, documents, words, self._bits = np.frombuffer(data, dtype="<u8", count=4, offset=56).tolist()
        at = _HEAD

        def part(kind: str, length: int) -> Any:
            nonlocal at
            array = np.frombuffer(data, dtype=kind, count=length, offset=at)
            at += -(-array.nbytes // 16) * 16
            return array

        self._filter: NDArray[np.uint64] = part("<u8", words)
        self._directory: NDArray[np.uint32] = part("<u4", (1 << self._bits) + 1)
        self._blocks: NDArray[np.uint64] = part("<u8", -(-self.count // 2) * 2).reshape(-1, 2)
        self.numbers: NDArray[np.uint32] = part("<u4", documents)
        self._starts: NDArray[np.uint32] = part("<u4", documents + 1)

    def passing(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the numbers of the hashes that the filter lets through."""
        words = self._filter.take(_word(hashes, len(self._filter)))
        words >>= _bit(hashes, 0)
        words &= np.uint64(1)
        first = np.flatnonzero(words.astype(bool))
        some = hashes.take(first)
        words = self._filter.take(_word(some, len(self._filter))) >> _bit(some, 1)
        words &= np.uint64(1)
        return first.compress(words.astype(bool))

    def find(self, hashes: Hashes, query: NDArray[np.int64]) -> Hits:
        """Return the places of hashes that passed the filter; ``query`` says where each stands in the checked text."""
        keys = hashes >> _SPARE
        bucket = (keys >> np.uint64(BITS - self._bits)).view(np.int64)
        first = self._directory.take(bucket).astype(np.int64)
        last = self._directory.take(bucket + 1).astype(np.int64)
        counts = np.where(last > first, (last + 1) // 2 - first // 2, 0)  # blocks that hold the bucket
        owner = np.repeat(np.arange(len(keys)), counts)
        block = np.arange(len(owner)) - (np.cumsum(counts) - counts).take(owner) + (first // 2).take(owner)
        found = self._decrypt(block)
        entry = np.stack([block * 2, block * 2 + 1], axis=1).reshape(-1)
        owner = np.repeat(owner, 2)
        same = (found >> np.uint64(32)) == (keys & _LOW).take(owner)
        same &= (entry >= first.take(owner)) & (entry < last.take(owner))
        positions = (found.compress(same) & _LOW).view(np.int64)
        document = np.searchsorted(self._starts, positions, side="right") - 1
        return Hits(
            query.take(owner.compress(same)),
            self.numbers.take(document).astype(np.int64),
            positions - self._starts.take(document),
        )

    def _decrypt(self, blocks: NDArray[np.int64]) -> NDArray[np.uint64]:
        if self._context is None:
            self._context = _cipher(self._key, self._salt).decryptor()
        return _crypt(self._context, self._blocks.take(blocks, axis=0))

    def entries(self) -> Entries:
        """Return everything, decrypted, for merging."""
        stored = self._decrypt(np.arange(len(self._blocks)))[: self.count]
        edges = self._directory.astype(np.int64)
        counts = edges[1:] - edges[:-1]
        upper = np.repeat(np.arange(len(counts), dtype=np.uint64) >> np.uint64(self._bits - (BITS - 32)), counts)
        keys = (upper << np.uint64(32)) | (stored >> np.uint64(32))
        return Entries(keys, (stored & _LOW).astype(np.uint32), self.numbers, self._starts)


def merge(segments: Iterable[Segment], alive: Container[int]) -> Entries:
    """Return the entries of several segments in one; documents that are not alive are left out."""
    keys, positions, numbers, starts = [], [], [], [np.zeros(1, dtype=np.int64)]
    end = 0
    for segment in segments:
        part = segment.entries()
        kept = np.array([int(number) in alive for number in part.numbers], dtype=bool)
        lengths = np.diff(part.starts.astype(np.int64))
        begins = np.cumsum(lengths * kept) - lengths * kept + end
        document = np.searchsorted(part.starts, part.positions, side="right") - 1
        live = kept.take(document)
        document = document.compress(live)
        moved = part.positions.compress(live).astype(np.int64) + (begins - part.starts[:-1]).take(document)
        keys.append(part.keys.compress(live))
        positions.append(moved.astype(np.uint32))
        numbers.append(part.numbers[kept])
        starts.append((begins + lengths)[kept])
        end += int((lengths * kept).sum())
    return ordered(
        np.concatenate(keys),
        np.concatenate(positions),
        np.concatenate(numbers),
        np.concatenate(starts).astype(np.uint32),
    )
