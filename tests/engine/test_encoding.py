"""Encodings are told from content alone: exact text, on fields that the frequencies were not made from."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

import pytest

from shoumi.engine import encoding, sniff

_spec = importlib.util.spec_from_file_location("chinese", Path(__file__).parents[1] / "samples" / "chinese.py")
assert _spec is not None
assert _spec.loader is not None
chinese = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(chinese)

CODECS = {
    "gb18030": chinese.SIMPLIFIED + chinese.TRADITIONAL,
    "gbk": chinese.SIMPLIFIED,
    "big5": chinese.TRADITIONAL,
    "big5hkscs": chinese.TRADITIONAL + chinese.CANTONESE,
    "utf-8": chinese.SIMPLIFIED + chinese.TRADITIONAL + chinese.CANTONESE,
    "utf-16-le": chinese.SIMPLIFIED + chinese.TRADITIONAL + chinese.CANTONESE,
    "utf-16-be": chinese.SIMPLIFIED + chinese.TRADITIONAL + chinese.CANTONESE,
}


def read(data: bytes) -> str:
    guess = encoding.detect(data)
    return encoding.decode(data[guess.skip :], guess.name)


@pytest.mark.parametrize("codec", CODECS)
def test_fifteen_characters_are_enough(codec: str) -> None:
    rng = random.Random(codec)
    right = tried = 0
    while tried < 300:
        text = rng.choice(CODECS[codec])
        start = rng.randrange(len(text) - 15)
        piece = text[start : start + rng.randrange(15, 40)]
        try:
            data = piece.encode(codec)
        except UnicodeEncodeError:
            continue
        tried += 1
        right += read(data) == piece and sniff.looks_textual(data)
    assert right / tried >= 0.98


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_marks(codec: str) -> None:
    mark = "\ufeff" if codec == "gb18030" else ""
    assert read((mark + "机密 A").encode(codec)) == "机密 A"


@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs", "utf-8", "utf-16-le", "utf-16-be"])
def test_a_cut_character_changes_nothing_before_it(codec: str) -> None:
    data = chinese.TRADITIONAL[0].encode(codec)[:-1]
    assert read(data).startswith(chinese.TRADITIONAL[0][:-1])


def test_four_byte_characters() -> None:
    text = "𠮷野家与𡈽方先生签署了㐂字号合同,㙍村的䶮先生也到场了。"
    assert read(text.encode("gb18030")) == text


def test_ascii_in_utf16() -> None:
    for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        data = "password = 12345\r\nuser = alice\r\n".encode(codec)
        assert sniff.looks_textual(data)
        assert read(data) == "password = 12345\r\nuser = alice\r\n"


def test_two_characters_that_look_like_utf8() -> None:
    assert read("联通".encode("gbk")) == "联通"
    assert read("Café à la carte".encode()) == "Café à la carte"


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    data = bytearray("".join(chinese.SIMPLIFIED).encode())
    data[100] ^= 0x55
    assert encoding.detect(bytes(data)).name == "utf-8"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1251", "Секретный документ, только для служебного пользования"),
        ("koi8-r", "Секретный документ, только для служебного пользования"),
        ("cp1252", "Les pièces jointes sont réservées à l'équipe déléguée"),
        ("shift_jis", "この文書は社外秘です。取り扱いに注意してください。"),
        ("euc-jp", "この文書は社外秘です。取り扱いに注意してください。"),
        ("euc-kr", "이 문서는 대외비입니다. 취급에 주의하여 주십시오."),
        ("iso2022_jp", "この文書は社外秘です。"),
        ("hz", "本文件属于内部资料,请注意保密。"),
    ],
)
def test_other_languages(codec: str, text: str) -> None:
    data = text.encode(codec)
    guess = encoding.detect(data)
    readings = [encoding.decode(data, name) for name in (guess.name, guess.second) if name]
    assert text in readings


def test_random_bytes_are_no_utf16() -> None:
    rng = random.Random(1)
    assert not any(encoding.wide_encoding(rng.randbytes(4096)) for _ in range(50))
    assert not sniff.looks_textual(bytes(range(256)) * 16)
    assert not sniff.looks_textual(b"".join(n.to_bytes(2, "little") for n in range(2000)))


def test_declared_is_believed_when_it_reads() -> None:
    text = "Ångström är en enhet för längd"
    assert encoding.confirmed(text.encode("iso-8859-1"), "ISO-8859-1").name == "cp1252"
    assert encoding.confirmed("机密文件汇编目录".encode("gbk"), "utf-8").name == "gb18030"
    assert encoding.confirmed("机密文件汇编目录".encode(), "gb2312").name == "utf-8"
    assert encoding.confirmed("机密文件汇编目录".encode("gbk"), "no-such-charset").name == "gb18030"
    assert encoding.confirmed(b"plain", "base64").name == "utf-8"


def test_is_plain() -> None:
    assert encoding.is_plain(b"abc\n")
    assert encoding.is_plain("机密".encode())
    for data in (b"\xef\xbb\xbfabc", "机密".encode("gbk"), b'{"a": "\\u673a"}', "日本".encode("iso2022_jp"), b"a\0b\0"):
        assert not encoding.is_plain(data)
