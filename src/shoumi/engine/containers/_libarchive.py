"""The few functions of the system's libarchive (BSD licence) that reading needs, by ctypes.

Only its own decoders are switched on: with "all" filters the library would start programs for some of them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.containers._names import decoded
from shoumi.engine.errors import Corrupt, Encrypted, LimitReached, MissingExtra, Unexamined, Unsupported

_NAME: Final = "libarchive.so.13"
_EOF, _RETRY, _WARN, _FAILED = 1, -10, -20, -25
_BLOCK: Final = 1 << 18
_TYPES: Final = {
    0o040000: "folder",
    0o120000: "link",
    0o010000: "special",  # pipe
    0o020000: "special",  # character device
    0o060000: "special",  # block device
    0o140000: "special",  # socket
}

_POINTER = ctypes.c_void_p
_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {  # result, arguments
    "read_new": (_POINTER,),
    "read_free": (ctypes.c_int, _POINTER),
    "read_open_memory": (ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_size_t),
    "read_open_filename": (ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_size_t),
    "read_next_header": (ctypes.c_int, _POINTER, ctypes.POINTER(_POINTER)),
    "read_data_block": (
        ctypes.c_int,
        _POINTER,
        ctypes.POINTER(_POINTER),
        ctypes.POINTER(ctypes.c_size_t),
        ctypes.POINTER(ctypes.c_longlong),
    ),
    "read_set_options": (ctypes.c_int, _POINTER, ctypes.c_char_p),
    "read_has_encrypted_entries": (ctypes.c_int, _POINTER),
    "error_string": (ctypes.c_char_p, _POINTER),
    "entry_pathname": (ctypes.c_char_p, _POINTER),
    "entry_pathname_w": (ctypes.c_wchar_p, _POINTER),
    "entry_filetype": (ctypes.c_int, _POINTER),
    "entry_hardlink": (ctypes.c_char_p, _POINTER),
    "entry_is_encrypted": (ctypes.c_int, _POINTER),
    "entry_size": (ctypes.c_longlong, _POINTER),
    "entry_size_is_set": (ctypes.c_int, _POINTER),
}


@cache
def _library() -> Any:
    """Return the library. Raises MissingExtra that names the Debian package."""
    try:
        library = ctypes.CDLL(_NAME)
    except OSError as error:
        raise MissingExtra("this format needs libarchive (Debian package libarchive13)") from error
    for name, (result, *arguments) in _FUNCTIONS.items():
        function = getattr(library, f"archive_{name}")
        function.restype, function.argtypes = result, arguments
    return library


class Entry:
    """The member that the archive stands at."""

    def __init__(self, library: Any, pointer: Any, *, latin: bool) -> None:
        self._library, self._pointer, self._latin = library, pointer, latin

    @property
    def name(self) -> str:
        """The name; empty when the format has none."""
        raw: bytes | None = self._library.archive_entry_pathname(self._pointer)
        if raw is not None and not self._latin:
            return decoded(raw)
        name: str = self._library.archive_entry_pathname_w(self._pointer) or ""
        return decoded(name.encode("latin-1", "replace")) if self._latin else name

    @property
    def kind(self) -> str:
        """One of file, folder, link, special."""
        if self._library.archive_entry_hardlink(self._pointer) is not None and not self.size:
            return "link"  # in cpio, the last of several names carries the content
        return _TYPES.get(self._library.archive_entry_filetype(self._pointer) & 0o170000, "file")

    @property
    def size(self) -> int | None:
        """What the format says, when it does."""
        known = self._library.archive_entry_size_is_set(self._pointer)
        return int(self._library.archive_entry_size(self._pointer)) if known else None

    @property
    def encrypted(self) -> bool:
        """Whether its content, or its name, is encrypted."""
        return bool(self._library.archive_entry_is_encrypted(self._pointer))


class Reader:
    """An archive that is being read from its start to its end, once.

    LHA names are asked for as Latin-1, which loses no byte: the library ends at a name that it cannot convert.
    """

    def __init__(self, blob: Blob, formats: tuple[str, ...], filters: tuple[str, ...]) -> None:
        self._library = _library()
        self._blob = blob
        self._latin = "lha" in formats
        self._listing = False  # before, the library must not be asked about encrypted members
        self._archive = self._library.archive_read_new()
        if not self._archive:
            raise MemoryError
        for kind, names in (("format", formats), ("filter", filters)):
            for name in names:
                self._switch_on(f"archive_read_support_{kind}_{name}")
        if self._latin:
            self._library.archive_read_set_options(self._archive, b"hdrcharset=ISO-8859-1")

    def _switch_on(self, name: str) -> None:
        function = getattr(self._library, name, None)
        if function is not None:
            function.argtypes, function.restype = [_POINTER], ctypes.c_int
            function(self._archive)

    def __enter__(self) -> Reader:
        data, library = self._blob.data, self._library
        if data is not None:
            self._data = data  # the library keeps no copy
            code = library.archive_read_open_memory(self._archive, data, len(data))
        else:
            code = library.archive_read_open_filename(self._archive, self._blob.path().encode(), _BLOCK)
        if code < _WARN:
            failure = self.failure()
            self.__exit__()
            raise failure
        self._listing = True
        return self

    def __exit__(self, *_: object) -> None:
        self._library.archive_read_free(self._archive)
        self._archive = None

    def entries(self) -> Iterator[Entry]:
        """Yield the members; each is good until the next. Raises Unexamined when the rest cannot be reached."""
        pointer = _POINTER()
        retries = 0
        while True:
            code = self._library.archive_read_next_header(self._archive, ctypes.byref(pointer))
            if code == _EOF:
                return
            if code in (_RETRY, _FAILED) and retries < 100:
                retries += 1
                continue
            if code < _WARN:
                raise self.failure()
            yield Entry(self._library, pointer, latin=self._latin)

    def blocks(self) -> Iterator[bytes]:
        """Yield the present member's content. Raises Unexamined. Holes in sparse files are left out."""
        start, size, offset = _POINTER(), ctypes.c_size_t(), ctypes.c_longlong()
        arguments = (ctypes.byref(start), ctypes.byref(size), ctypes.byref(offset))
        while self._archive is not None:
            start.value = size.value = 0  # damaged cabinets leave them as they were
            code = self._library.archive_read_data_block(self._archive, *arguments)
            if code == _EOF:
                return
            if code < _WARN and code != _RETRY:
                raise self.failure()
            if size.value:
                if not start.value:
                    raise Corrupt("the archive is damaged")
                yield ctypes.string_at(start.value, size.value)

    def failure(self) -> Unexamined:
        """Return what the library says went wrong, as the Gap it makes; never with text from the archive."""
        said = (self._library.archive_error_string(self._archive) or b"").decode("ascii", "replace").lower()
        if "encrypt" in said or "passphrase" in said or "crypto" in said or self._locked:
            return Encrypted("it needs a password; passwords are not tried on this format")
        if "support" in said or "multivolume" in said or "multi-volume" in said:
            return Unsupported("it uses a feature of its format that is not read")
        if "memory" in said:
            return LimitReached("it needs too much memory")
        return Corrupt("the archive is damaged or breaks off")

    @property
    def _locked(self) -> bool:
        return self._listing and bool(self._library.archive_read_has_encrypted_entries(self._archive) == 1)
