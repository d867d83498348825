"""Documents under a password: opened by the right one, a Gap without it; everything through the whole scan."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
from tests.data.make_locked import PASSWORD
from tests.samples import office

from shoumi.engine.extractors._olewrite import write
from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

LOCKED = Path(__file__).parents[2] / "data" / "locked"
FORMS = ("doc", "ods", "odt", "pdf", "xls")


def scan(path: Path, home: Path, *passwords: str) -> tuple[set[str], list[str]]:
    """Return the rules that found something, and the reasons of gaps."""
    settings = Settings(packs=("cn",), passwords=passwords, ocr="off")
    events = list(Scan((str(path),), settings=settings, home=Home(home)))
    rules = {event.rule for event in events if isinstance(event, Match)}
    return rules, [event.reason for event in events if isinstance(event, Gap)]


@pytest.mark.parametrize("form", FORMS)
def test_the_right_password_opens_it(form: str, tmp_path: Path) -> None:
    assert scan(LOCKED / f"locked.{form}", tmp_path, "wrong", PASSWORD) == ({"cn.mark"}, [])


@pytest.mark.parametrize("form", FORMS)
def test_without_the_password_it_is_a_gap(form: str, tmp_path: Path) -> None:
    assert scan(LOCKED / f"locked.{form}", tmp_path, "wrong", "") == (set(), ["encrypted"])


def test_a_locked_file_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(office.package({"locked.odt": (LOCKED / "locked.odt").read_bytes()}))
    assert scan(tmp_path / "a.zip", tmp_path / "home", PASSWORD) == ({"cn.mark"}, [])


def test_the_password_of_read_only_workbooks_is_known(tmp_path: Path) -> None:
    out = io.BytesIO()
    book = office.xlsx(("一", "", office.sheet(f'<row r="1">{office.cell("A1", office.MARK)}</row>')))
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(book + bytes(4096))).encrypt("VelvetSweatshop", out)
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    assert scan(tmp_path / "a.xlsx", tmp_path / "home")[0] == {"cn.mark"}


def test_ooxml_in_both_ways_of_locking(tmp_path: Path) -> None:
    """Agile is Office's since 2010, standard was its way before and is that of many programs ([MS-OFFCRYPTO] 2.3.4)."""
    noise = "".join(map(chr, random.Random(2).choices(range(0x4E00, 0x9FA5), k=5000)))  # its writer wants 4 KiB
    plain = office.docx(office.paragraph(office.MARK) + office.paragraph(noise))
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(plain)).encrypt(PASSWORD, out)
    for name, data in (("agile", out.getvalue()), ("standard", standard(plain))):
        (tmp_path / f"{name}.docx").write_bytes(data)
        assert scan(tmp_path / f"{name}.docx", tmp_path / "home", PASSWORD) == ({"cn.mark"}, []), name
        assert scan(tmp_path / f"{name}.docx", tmp_path / "home2", "wrong") == (set(), ["encrypted"]), name


def standard(plain: bytes) -> bytes:
    """Lock a package by AES-128 in ECB mode ([MS-OFFCRYPTO] 2.3.4.5–2.3.4.9)."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def sha1(data: bytes) -> bytes:
        return hashlib.sha1(data, usedforsecurity=False).digest()

    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    key = sha1(salt + PASSWORD.encode("utf-16-le"))
    for turn in range(50_000):
        key = sha1(struct.pack("<I", turn) + key)
    key = sha1(key + bytes(4))
    key = sha1(bytes(byte ^ 0x36 for byte in key.ljust(64, b"\0")))[:16]  # X1 alone is longer than the key

    def locked(data: bytes) -> bytes:
        encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return encryptor.update(data + bytes(-len(data) % 16)) + encryptor.finalize()

    provider = "Microsoft Enhanced RSA and AES Cryptographic Provider\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + provider
    info = struct.pack("<HHII", 4, 2, 0x24, len(header)) + header + struct.pack("<I", 16) + salt
    info += locked(verifier) + struct.pack("<I", 20) + locked(sha1(verifier))
    content = struct.pack("<Q", len(plain)) + locked(plain)
    return write({("EncryptionInfo",): info, ("EncryptedPackage",): content})


def test_old_opendocument_with_blowfish(tmp_path: Path) -> None:
    """As OpenOffice.org wrote it up to ODF 1.1: no file of that age is at hand, so one is made by the specification."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
    from cryptography.hazmat.primitives.ciphers import Cipher

    plain = office.odf(f"<office:text><text:p>{office.MARK}</text:p></office:text>")
    content = zipfile.ZipFile(io.BytesIO(plain)).read("content.xml")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    salt, vector = bytes(range(16)), bytes(range(8))
    key = hashlib.pbkdf2_hmac("sha1", hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest(), salt, 1024, 16)
    cipher = Cipher(Blowfish(key), CFB(vector)).encryptor()
    checksum = hashlib.sha1(packed[:1024], usedforsecurity=False).digest()
    words = {name: base64.b64encode(value).decode() for name, value in (("s", salt), ("v", vector), ("c", checksum))}
    manifest = (
        f'<m:manifest xmlns:m="{office.ODF}:manifest:1.0"><m:file-entry m:full-path="content.xml">'
        f'<m:encryption-data m:checksum-type="SHA1/1K" m:checksum="{words["c"]}"><m:algorithm m:algorithm-name="Blowfish CFB" '
        f'm:initialisation-vector="{words["v"]}"/><m:key-derivation m:key-derivation-name="PBKDF2" m:iteration-count="1024" '
        f'm:salt="{words["s"]}"/></m:encryption-data></m:file-entry></m:manifest>'
    )
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": manifest,
        "content.xml": cipher.update(packed) + cipher.finalize(),
    }
    (tmp_path / "a.odt").write_bytes(office.package(parts, stored=True))
    assert scan(tmp_path / "a.odt", tmp_path / "home", PASSWORD) == ({"cn.mark"}, [])
    assert scan(tmp_path / "a.odt", tmp_path / "home2", "wrong") == (set(), ["encrypted"])


def test_an_unknown_way_of_locking_is_a_gap(tmp_path: Path) -> None:
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="{office.ODF}:manifest:1.0"/>',
        "encrypted-package": bytes(range(256)),
    }
    (tmp_path / "a.odt").write_bytes(office.package(parts, stored=True))
    assert scan(tmp_path / "a.odt", tmp_path / "home", PASSWORD) == (set(), ["encrypted"])
