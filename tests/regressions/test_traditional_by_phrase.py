"""A converter writes 了解 as 瞭解 and 答复 as 答覆: the same passage, found all the same."""

from __future__ import annotations

import pytest

from shoumi.engine.passages.normalise import fold


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("了解答复", "瞭解答覆"),
        ("讲座", "講坐"),
        ("借口", "藉口"),
        ("想象", "想像"),
        ("其余", "其餘"),
        ("其余", "其馀"),
        ("背着", "揹著"),
        ("项链锁链", "項鍊鎖鏈"),
        ("叙述", "敍述"),
        ("卫生", "衞生"),
        ("干净干部树干", "乾淨幹部樹榦"),
        ("面条", "麪條"),
        ("里面", "裏面"),
        ("里面", "裡面"),
        ("台风平台", "颱風平臺"),
        ("注释", "註釋"),
        ("布局公布", "佈局公佈"),
    ],
)
def test_one_to_many(simplified, traditional):
    assert fold(simplified.encode()).tolist() == fold(traditional.encode()).tolist()


@pytest.mark.parametrize("form", ["s2t", "s2tw", "s2hk", "t2s", "tw2s", "hk2s"])
def test_whatever_a_converter_makes_of_a_character_is_the_same(form):
    opencc = pytest.importorskip("opencc")
    text = "".join(map(chr, range(0x4E00, 0xA000)))
    converted = opencc.OpenCC(form).convert(text)
    assert len(converted) == len(text)
    assert fold(converted.encode()).tolist() == fold(text.encode()).tolist()


def test_radicals_that_pdf_files_write_are_characters():
    assert fold("⻚⻓⻋⻔⻛".encode()).tolist() == fold("页长车门风".encode()).tolist()
