"""One manuscript of the invented office that waits for its reviewer: a passage without its mark, personal data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shoumi.console.action import Door
from shoumi.console.areas.compilation import examining
from shoumi.console.areas.compilation.actions import items, manuscripts
from shoumi.console.areas.compilation.models import Manuscript
from shoumi.demo import formats, planted

PARAGRAPHS: Final = (
    "示例市年鉴（2026卷）送审稿",
    "第四章　城市建设",
    "全年新建口袋公园十二处，改造老旧小区三十一个，市民对市容环境的满意度连续第五年提高。",
    planted.REGISTERED[2],
    "本章资料由示例市建设史志办公室提供，核对人身份证号码11010519491231002X，联系电话13912345678。",
    "三月，城东图书馆新馆开馆。六月，沿江步道贯通。",
)
_WHY: Final = {
    "passage": "据建设部门供稿，称已在新闻发布会上公布；请保密员核对原件是否解密。",
    "personal": "供稿单位要求署名，请确认号码是否保留。",
}


def fill(account: Callable[[str], Any]) -> None:
    """Enter it as Heidi, examine it, explain what was found, hand it to the reviewer."""
    heidi, door = account("heidi"), Door("command", "", timezone.now())
    file = SimpleUploadedFile("年鉴第四章（送审稿）.docx", formats.docx(PARAGRAPHS))
    given = {"title": "示例市年鉴（2026卷）第四章", "file": file, "publisher": "ivan"}
    thing: Any = manuscripts.AddManuscript.run(heidi, door=door, **given).thing
    examining.examine(thing.current.pk)
    thing = Manuscript.objects.get(pk=thing.pk)
    for item in list(thing.present):
        because = _WHY.get(item.category, "出自已公开的工作报告，责任编辑核对过原文。")
        items.Propose.run(heidi, item, door=door, verdict="keep", because=because)
    manuscripts.Submit.run(heidi, thing, door=door)
