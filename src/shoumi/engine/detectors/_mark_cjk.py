"""Chinese, Japanese and Korean forms of marks: level and star, exams, fields, wordings, levels on their own.

A ``Case`` comes in and its ``Verdict`` leaves. What the form alone proves is weighed against how it stands
(``_mark_prose``), where (``_mark_spot``) and in what company (``_mark_company``).
"""

from __future__ import annotations

import re
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_case import (
    COVERS,
    FIELD_LABEL,
    LABEL,
    NOTICE,
    Case,
    Kind,
    Table,
    Verdict,
    among,
    bracketed,
    by,
    glued,
    headline,
    near,
    others,
    titles,
    unlabelled,
    verdict,
)
from shoumi.engine.detectors._mark_company import company, lecture, scale
from shoumi.engine.detectors._mark_prose import Stand, bare, owned, simple, stand, subject
from shoumi.engine.detectors._mark_spot import Spot

_BOX: Final = Lazy(r"[□☐○]\s*$")
_SLASH: Final = Lazy(r"[／/、]\s*$"), Lazy(r"^\s*[／/、]")
_CONDITION: Final = Lazy(r"[^\s★☆，。！？；、：“”!?.]{4,20}\s*")  # a condition in words that the rule does not know
_INTRODUCES: Final = Lazy(
    r"(?:例如|比如|譬如|示例|样例|举例|如下|写法|格式|形式|包括|分别[为是]?|例|如)\s*[:：]\s*$|[(（]\s*[)）]\s*$"
    r"|标[志识注]的?(?:写法|格式|形式|样式|示例|样例|例子)\s*$"
)
_MODEL: Final = Lazy(r"(?:填写|填报|书写|标注|标[志识]|格式)(?:示例|样例|范例|举例|说明)\s*[:：]$")
_FILE_END: Final = Lazy(r"^\s*[】\]）)〕］]\s*\.\w{1,5}$")
_APART: Final = Lazy(r"^(?:\u3000|[ \t]{2})(?!.*(?:办法|规定|管理|制度|教育|辦法|規定|規程|について|とは)).{1,40}$")
_BLANK: Final = Lazy(
    r"^[ \t\u3000_]*(?:年|[个個]月)|^\s*(?:\{\w*\}|\{\{|\$\{|%[sd]|<[A-Za-z])"
    r"|^\s*(?:[(（【\[<][\s×xXNnMm＿_○〇□*?？…·.]{0,8}[)）】\]>]|[×xXNnMm＿_○〇□*?？…·.]{1,6})\s*(?:年|[个個]?月|$)"
)
_READING: Final = Lazy(r"^\W*(?:[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]|[①-⑨])")  # an entry of a dictionary
_SHOUTS: Final = Lazy(r"[!！?？]|曝光|揭秘|内幕|独家|速看|震惊|必看|免费|押题")
_SELLS: Final = Lazy(r"押题|扫码|领取|限时|抢先|冲刺|必看|真题来|包过|[!！]")
_SUBJECT: Final = Lazy(
    r"^(?:[\d(（A-Za-z]|试[卷题]|考[试生]|科目|本[试卷]|注意|语文|数学|英语|物理|化学|答案|姓名|准考证|第)"
)
_WORK: Final = Lazy(
    r"^(?:作?词|作?曲|编曲|演唱|歌手|导演|主演|编剧|原著|译者|出版社?)\s*[:：]"
)  # a song, a film, a book
_OFFERED: Final = Lazy(r"^\s*[（(][^（）()]{0,60}[）)]\s*[、/|，]\s*[机機秘祕绝絕]")
_TICK: Final = Lazy(r"^\s*[✔✓√☑✅⭕○]\s*$")
_FIELD_NAME: Final = Lazy(r"(?:文件|本件)?(?:密\s*[级級等]|[涉秘保]密(?:等[级級]|[级級][别別]))\s*[:：]?")
_DATED: Final = Lazy(r"^级?(?:国家秘密|[国國]家秘密)?\s*[，,、；;（(]?\s*保密期限")
_CROSS: Final = Lazy(r"^[✘✗×✖❌☒]")  # beside a ticked line: what is right and what is wrong
_LEVEL: Final = Lazy(r"[绝絕机機秘祕]密")
_RATING: Final = Lazy(r"(?:[★☆]\s*){3}")
_ENGLISH: Final = Lazy(r"\b(?i:(?:top |strictly |highly )?(?:secret|confidential)|restricted)\b")
_DOTS: Final = "·・•:：-—–_/|."  # signs that also stand between other words
_GOODS: Final = Lazy(
    r"大公[开開]|大揭秘|宝典|秘籍|攻略|大全|教程|指南|套餐|推荐|好评|精选|[花乐]园|基地|[店馆屋吧]\s*$"
)
_SHORT: Final = 6
_PATTERN: Final = Lazy(r"(?:示例|样例|式样|样式|范例|模[板版]|格式)\s*[:：]?$")
_BLANKS: Final = Lazy(r"[×xX＊*○〇□_]{3}")
_TAGS: Final = ("#", "@", "//", "＃", "＠")
_SINGLE: Final = ("秘", "㊙")
_KANA: Final = Lazy(r"[\u3041-\u30fa]")
_TITLED: Final = 40  # characters that a title on the line of a mark has at most
_FULL: Final[Table] = {
    "alone": ("mark", 0.99),
    "start": ("mark", 0.97),
    "end": ("mark", 0.95),
    "inside": ("mark", 0.9),
    "sentence": ("possible", 0.5),
}
_STARRED: Final[Table] = {
    "alone": ("mark", 0.95),
    "start": ("mark", 0.85),
    "end": ("mark", 0.85),
    "inside": ("possible", 0.6),
}
_FIELD: Final[Table] = {
    "alone": ("mark", 0.95),
    "start": ("mark", 0.95),
    "end": ("mark", 0.9),
    "inside": ("mark", 0.9),
    "sentence": ("possible", 0.5),
}


def star(case: Case) -> Verdict:
    """Level and star: with a term the legal form, without one nearly."""
    standing = stand(case.spot.left, case.spot.right)
    bold = case.spot.left.endswith("*") and not (
        case.term and case.star.strip() == "*" and case.spot.left.endswith("**")
    )
    if "*" in case.star and bold:  # bold type in Markdown
        return verdict(case, "mention", 0.1, "level-star", "rating")
    if standing in ("start", "end", "inside", "sentence") and others(case) > 1:
        standing = "list"
    ticked = _TICK.search(case.spot.left) is not None
    if ticked and any(_CROSS.match(line) for line in (*case.spot.above[:2], *case.spot.below[:2])):
        return verdict(case, "mention", 0.3, "level-star", "stands-option")
    form = "level-star-term" if case.term else "level-star"
    if _catalogue(case) or _specimen(case.spot):
        return verdict(case, "mention", 0.3, form, "listed")
    if not case.term and standing == "alone" and _introduced(case):
        return verdict(case, "mention", 0.3, form, "introduced")
    return _with_term(case, standing) if case.term else _without_term(case, standing)


def _catalogue(case: Case) -> bool:
    """Whether lines of nothing but marks around it name the other levels, too: a lesson's, unless a column's title."""
    spot = case.spot
    if bare("".join(spot.line).strip("；、")) or any(_FIELD_NAME.match(line) for line in spot.above):
        return False
    lines = [line for line in (*spot.above[:3], *spot.below[:3]) if len(line) < _TITLED]
    marks = [
        mark
        for line in lines
        if (mark := case.rule.regex.search(line)) and not bare(line.replace(mark[0], "").strip("；、"))
    ]
    return len({simple(level.lstrip())[:1] for level in (spot.text, *(mark["level"] for mark in marks))}) > 2


def _specimen(spot: Spot) -> bool:
    """Whether it stands in a pattern of a document: a title that says so above, blanks below."""
    titled = any(_PATTERN.search(simple(line)) for line in spot.above[:4])
    return titled and any(_BLANKS.search(line) for line in spot.below[:8])


def _with_term(case: Case, standing: Stand) -> Verdict:
    spot = case.spot
    if standing == "start" and (found := headline(case, "level-star-term")):
        return found
    around = spot.left.strip() + spot.right.strip()
    if standing == "quoted" and around in ("《》", "“”", "‘’") and titles(spot):  # 《机密★10年》
        return verdict(case, "possible", 0.5, "level-star-term", "stands-quoted")
    if standing == "alone" and _introduced(case):
        several = any(case.rule.regex.search(line) for line in (*spot.above[:2], *spot.below[:2]))
        several = several or _MODEL.search(simple(spot.above[0])) is not None
        return verdict(case, "mention" if several else "possible", 0.4, "level-star-term", "introduced")
    if standing in ("start", "end") and (kind := _prose(spot, standing)):
        return verdict(case, kind, 0.3, "level-star-term", "stands-sentence")
    if standing == "start" and case.term and case.term[-1] in "天周" and spot.right[:1].isalpha():  # 绝密★30天瘦身计划
        return verdict(case, "mention", 0.3, "level-star-term", "stands-sentence")
    woven = spot.left[-1:].isalnum() and spot.right[:1].isalnum()  # into a sentence, with no sign on either side
    if standing == "sentence" and woven and not company(spot):
        return verdict(case, "mention", 0.3, "level-star-term", "stands-sentence")
    return by(case, _FULL, standing, "level-star-term")


def _prose(spot: Spot, standing: Stand) -> Kind | None:
    """What becomes of it when the sentence that it opens or closes has a full stop, as neither titles nor rows have."""
    left, right = spot.left, spot.right.strip()
    if standing == "end":
        told = len(bare(left)) > _SHORT and not (LABEL.search(left[-_SHORT:]) or owned(left))
        if not told or right[-1:] != "。":
            return None
        if left[-1:] not in tuple("（(【["):
            return "mention"
        return None if "附件" in left or "《" in left else "possible"
    opened = spot.right[:1].isalpha() or spot.right[:1] in ("，", ",")
    if not opened or right[-1:] not in tuple("。？?！!") or COVERS.search(right) or NOTICE.search(right):
        return None
    return "mention" if right[-1:] in ("？", "?") or spot.right[:1] in ("，", ",") else "possible"


def _without_term(case: Case, standing: Stand) -> Verdict:
    spot = case.spot
    if len(case.star) > 1 and standing == "alone" and (titles(spot) or company(spot)):  # 机密★★ above a title
        return verdict(case, "possible", 0.5, "level-star", "stands-alone", *near(spot))
    if len(_LEVEL.findall("".join(spot.line))) > 2:
        return verdict(case, "mention", 0.3, "level-star", "stands-list")
    if len(case.star) > 1 or (spot.right.strip() != "**" and _BLANK.match(spot.right)):
        return verdict(case, "mention", 0.3, "level-star", "rating")
    if spot.left.rstrip()[-1:] in ("★", "☆"):
        return verdict(case, "possible" if standing == "alone" else "mention", 0.3, "level-star", "rating")
    if standing == "end" and spot.left.rstrip()[-1:] in (":", "："):  # what it is the name of, nobody knows
        labelled = LABEL.search(spot.left) or subject(spot.left)
        return by(case, _STARRED, "end" if labelled else "inside", "level-star")
    if standing == "inside" and subject(spot.left):
        standing = "start"
    if (standing in ("start", "end") and glued(spot)) or (standing == "inside" and spot.right[:1].isalnum()):
        free = standing == "start" and case.star == "★" and _CONDITION.fullmatch(spot.right) is not None
        sold = _GOODS.search(spot.right) or _SELLS.search(spot.right) or spot.right[:1].isdecimal()
        free = free and not sold
        standing = "inside" if free else "sentence"
    return by(case, _STARRED, standing, "level-star" if case.star.strip() else "level-named")


def _introduced(case: Case) -> bool:
    """Whether the line above, other examples aside, announces examples: 例如："""
    above, below, marks = case.spot.above, case.spot.below, case.rule.regex
    for line in above[:4]:
        if not marks.search(line):
            if _INTRODUCES.search(simple(line)) is not None:
                return True
            break
    apart = any(marks.search(line) for line in (*above[1:2], *below[1:2]))
    return apart and above[:1] != () and above[0][-1] in ":："  # one of several, each under a line of its own


def exam(case: Case) -> Verdict:
    """A paper or answer before its use."""
    standing = stand(case.spot.left, case.spot.right)
    if standing == "start" and (found := headline(case, "exam")):
        return found
    if standing == "start" and glued(case.spot) and not _SUBJECT.match(simple(case.spot.right)):
        standing = "list" if len(case.spot.right) > _TITLED else "inside"
    if standing in ("start", "inside") and case.spot.right.strip() == "解密":  # 绝密★考试结束后解密
        standing = "alone"
    if standing == "inside" and case.spot.right[:1].isalpha() and bare(case.spot.left):
        talk = case.spot.right.rstrip()[-1:] in tuple("了吧啊呀吗呢。")
        standing = "talk" if talk else "sentence"
    if standing in ("sentence", "inside") and _SELLS.search("".join(case.spot.line)):
        return verdict(case, "mention", 0.3, "exam", "stands-sentence")
    return by(case, _FULL, standing, "exam")


def line(case: Case) -> Verdict:
    """A misread or vertical mark: it must fill its line."""
    reason = str(case.rule.params["reason"])
    if stand(case.spot.left, case.spot.right) != "alone":
        return verdict(case, "mention", 0.2, reason, "stands-sentence")
    spot = case.spot
    for beside in (*spot.above[:2], *spot.below[:2]):
        other = case.rule.regex.search(beside)
        if other is not None and other["level"][:1] not in spot.text:  # a table of levels and their terms
            return verdict(case, "mention", 0.2, reason, "listed")
    if spot.right.lstrip()[:1] in ("★", "☆"):  # 机密10年★: the right order is another
        return verdict(case, "mention", 0.2, reason, "listed")
    if LABEL.search(spot.column):  # 1|方案|机密|10年
        return verdict(case, "mark", 0.85, reason, "field", *near(spot))
    plain = case.term is not None and case.term[0].isdecimal() and _covers(spot)
    placed = spot.edge or bool(company(spot))
    star = case.star.strip() and (case.star.strip() not in _DOTS or (spot.first and spot.opens and not spot.above))
    kind: Kind = "mark" if star or plain or placed else "possible"
    return verdict(case, kind, float(case.rule.params["confidence"]), reason, "stands-alone", *near(case.spot))


def field(case: Case) -> Verdict:
    """A field for the level with a level in it."""
    if _OFFERED.match(case.spot.right):
        return verdict(case, "mention", 0.2, "field", "stands-list")
    return by(case, _FIELD, stand(case.spot.left, case.spot.right), "field")


def phrase(case: Case) -> Verdict:
    """A wording that marks when it stands on its own; ``weak`` wordings need a place besides."""
    spot = case.spot
    standing = stand(spot.left, spot.right)
    if _choice(spot) or spot.left.strip() == "!--":
        return verdict(case, "mention", 0.2, "wording", "stands-list")
    if standing in ("start", "end", "inside") and _only_marks(case):
        standing = "alone"
    if standing != "talk" and (cell := unlabelled(case, "wording")):
        return cell
    weak = re.fullmatch(str(case.rule.params.get("weak", "(?!)")), "".join(spot.text.split())) is not None
    if standing == "alone":
        plain = re.fullmatch(str(case.rule.params.get("plain", "(?!)")), "".join(spot.text.split()))
        if plain and not (spot.above or spot.below or spot.edge or bracketed(spot)):  # a word, and no document
            return verdict(case, "mention", 0.3, "wording", "listed")
        if spot.text.strip() in _SINGLE and not (
            spot.edge or _KANA.search(spot.before + spot.after) or not _told(spot) or bracketed(spot)
        ):
            return verdict(case, "mention", 0.3, "wording", "listed")
        opens = titles(spot) and (not plain or _covers(spot))
        placed = not weak or spot.edge or bool(company(spot)) or bracketed(spot) or opens
        if weak and not spot.edge and not company(spot) and (among(spot) or _spoken(spot)):
            return verdict(case, "mention", 0.2, "wording", "listed")
        return verdict(
            case, "mark" if placed else "possible", 0.9 if placed else 0.5, "wording", "stands-alone", *near(spot)
        )
    if standing in ("start", "end", "inside") and not glued(spot) and not others(case):
        apart = standing == "start" and _APART.match(spot.right) is not None
        sure = (bracketed(spot) or apart) and not weak
        return verdict(case, "mark" if sure else "possible", 0.8 if sure else 0.4, "wording", f"stands-{standing}")
    return verdict(case, "mention", 0.2, "wording", f"stands-{standing}")


def _spoken(spot: Spot) -> bool:
    """Whether the text itself speaks of the word, as under a heading, or goes on with single characters."""
    word = "".join(spot.text.split())
    lines = (*spot.above, *spot.below)
    if any(word in line and len(bare(line)) > len(word) + 6 for line in lines if len(word) > 1):
        return True
    return len(word) == 1 and any(
        len(line) == 1 and not line.isdecimal() for line in (*spot.above[:1], *spot.below[:1])
    )


def _only_marks(case: Case) -> bool:
    """Whether the rest of its line is one or two other marks, with nothing but spaces and strokes between."""
    sides = (case.spot.left, case.spot.right)
    count = sum(1 for side in sides for _ in case.rule.regex.finditer(side[-_TITLED:] + "\n" + side[:_TITLED]))
    rest = "".join(_ENGLISH.sub("", case.rule.regex.sub("", side)) for side in sides)
    return 0 < count + len(_ENGLISH.findall(case.spot.left + case.spot.right)) < 5 and not bare(rest)


def _choice(spot: Spot) -> bool:
    """Whether it is one of several to choose from: an empty box before it, a stroke beside it."""
    before, after = _SLASH
    return bool(
        _BOX.search(spot.left)
        or spot.right.lstrip()[:1] in tuple("□☐○")
        or (before.search(spot.left) and not _ENGLISH.search(spot.left[-16:]))
        or after.match(spot.right)
    )


def level(case: Case) -> Verdict:
    """A level without star and term: only its place can make it a mark."""
    spot = case.spot
    standing = stand(spot.left, spot.right)
    if LABEL.search(spot.column) or (LABEL.search(spot.key) and not bare(spot.left)):
        return verdict(case, "mark", 0.85, "level-alone", "field", *near(spot))
    if standing == "alone":
        return _bare_alone(case)
    if FIELD_LABEL.search(spot.left) and not bare(spot.right):
        return verdict(case, "mark", 0.85, "level-alone", "field", *near(spot))
    if standing == "talk" and owned(spot.left):  # 本文件密级为机密，保密期限为10年
        dated = _DATED.match(spot.right) is not None
        return verdict(case, "mark" if dated else "possible", 0.8 if dated else 0.5, "level-alone", "field")
    opens = bracketed(spot) and not bare(spot.left) and standing == "start"
    titles = spot.top and spot.first and not spot.above
    if opens and (titles or spot.left.rstrip()[-1] in "（("):
        return _bare_portion(case)
    closes = standing == "end" or _FILE_END.match(spot.right) is not None
    if closes and bracketed(spot) and titles and not spot.below and not others(case):
        return verdict(case, "possible", 0.5, "level-alone", "stands-end", *near(spot))
    return verdict(case, "mention", 0.2, "level-alone", f"stands-{standing}")


def _covers(spot: Spot) -> bool:
    """Whether one of the next lines is the title of a document, as it stands below a mark."""
    return any(COVERS.search(simple(line)) for line in spot.below[:2])


def _told(spot: Spot) -> bool:
    """Whether a sentence follows, and no title."""
    return bool(spot.below) and spot.below[0][-1] in "。！？!?"


def _bare_alone(case: Case) -> Verdict:
    spot = case.spot
    signs = near(spot)
    labelled = spot.above[:1] and _FIELD_NAME.fullmatch(spot.above[0]) and not among(spot)
    if LABEL.search(spot.heading) or labelled:
        return verdict(case, "mark", 0.9, "level-alone", "field", *signs)
    if cell := unlabelled(case, "level-alone"):
        return cell
    if _RATING.search(spot.right):
        return verdict(case, "mention", 0.2, "level-alone", "rating")
    corroborated = spot.edge or any(code.startswith("near-") for code in signs)
    corroborated = corroborated or _ENGLISH.search("\n".join(spot.line)) is not None  # CONFIDENTIAL 機密
    scaled = not company(spot) and scale((*spot.above[:2], *spot.below[:2]), spot.text)
    if lecture(spot) or scaled or (not corroborated and among(spot)):
        return verdict(case, "mention", 0.3, "level-alone", "listed")
    if not corroborated and any(_WORK.match(simple(line)) for line in spot.below[:3]):
        return verdict(case, "mention", 0.3, "level-alone", "stands-sentence")
    covers = titles(spot) and _covers(spot)
    covers = covers or (
        titles(spot) and any(char.isspace() for char in spot.text.strip())
    )  # 机　密: no prose does that
    covers = covers and not any(bare(line) for line in spot.above)
    if spot.left.strip() in _TAGS or (spot.left.strip() in ("'", '"') and spot.right.strip()[:1] in ("'", '"')):
        return verdict(case, "mention", 0.2, "level-alone", "code")
    told = _told(spot) and not _covers(spot)
    if corroborated or covers or (bracketed(spot) and spot.top and spot.first and not told):
        if any(_SHOUTS.search(line) for line in spot.below[:1]) and not corroborated:
            return verdict(case, "mention", 0.3, "level-alone", "stands-sentence")
        return verdict(case, "mark", 0.85, "level-alone", "stands-alone", *signs)
    if "".join(spot.text.split()) in spot.before + spot.after:  # the text itself speaks of it, as stories and songs do
        return verdict(case, "mention", 0.3, "level-alone", "stands-sentence")
    return verdict(case, "possible", 0.5, "level-alone", "stands-alone", *signs)


def _bare_portion(case: Case) -> Verdict:
    """（机密） before a paragraph; one is possible, and the detector raises several to marks."""
    right = case.spot.right
    if lecture(case.spot) or len(right) < 8 or _READING.match(right):
        return verdict(case, "mention", 0.3, "portion", "listed")
    if case.spot.left.rstrip()[-1:] not in "（(" and (_SHOUTS.search(right) or not COVERS.search(simple(right))):
        return verdict(case, "mention", 0.3, "portion", "stands-sentence")
    return verdict(case, "possible", 0.5, "portion", "stands-start", *near(case.spot))
