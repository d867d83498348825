"""Office documents under a password ([MS-OFFCRYPTO]): a compound file in, the document inside as an item out.

The usual default passwords are tried first (a read-only workbook is encrypted with one that everybody knows), then
those of the settings. Documents under rights management have no password; they stay encrypted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample, Signature
from shoumi.engine.types import Gap, Item, Segment

MEDIA_TYPE: Final = "application/x-ole-encrypted-package"
_DEFAULTS: Final = ("VelvetSweatshop", "/01Hannes Ruescher/01")


class EncryptedOffice:
    """Opens encrypted OOXML packages."""

    name = "office"
    version = 1
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({OLE})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a compound file that holds an encrypted package or one under rights management."""
        names = {name.lower() for name in sample.ole_streams}
        wrapped = "encryptedpackage" in names or any(name.endswith("drmcontent") for name in names)
        return MEDIA_TYPE if wrapped else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield the document as an item. Raises Encrypted when no password fits, Corrupt when it is damaged."""
        import msoffcrypto

        try:
            file: Any = msoffcrypto.OfficeFile(io.BytesIO(blob.read()))  # type: ignore[no-untyped-call]
        except Exception as error:  # a damaged header raises nearly anything
            raise Encrypted(f"the document is encrypted in a way that is not known ({type(error).__name__})") from error
        data = _decrypted(file, settings)
        yield Item("office", "EncryptedPackage", len(data), None, lambda: io.BytesIO(data), kind="office")


def _decrypted(file: Any, settings: Settings) -> bytes:
    for password in (*_DEFAULTS, *settings.passwords):
        out = io.BytesIO()
        try:
            file.load_key(password=password, verify_password=True)
        except Exception:  # noqa: S112  (a wrong password and an unknown method raise all kinds)
            continue
        try:
            file.decrypt(out)
        except Exception as error:  # damaged content
            raise Corrupt(f"the password fits, the content is damaged ({type(error).__name__})") from error
        return out.getvalue()
    raise Encrypted("the document needs a password")


PLUGIN = EncryptedOffice()
