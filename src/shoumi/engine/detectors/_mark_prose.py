"""Whether the words around a candidate speak *about* a mark instead of marking something.

The text before and after it on its line comes in; how it stands there leaves: alone, at the beginning, at the end,
between other things, or talked about. A law, a lesson, a novel and a quiz all name levels; what tells them from a mark
is the grammar beside it (standards: GB/T 9704-2012 puts a mark on a line of its own).
"""

from __future__ import annotations

import re
from typing import Final, Literal, TypeAlias

from shoumi.engine.detectors._lazy import Lazy

Stand: TypeAlias = Literal["alone", "start", "end", "inside", "sentence", "quoted", "option", "talk", "list", "code"]

# Only the characters that occur in the cues below.
_SIMPLE: Final = str.maketrans(
    "標註記識為屬稱諸樣寫讀將與絕機祕級長個時後開試結啟應當規設國稱類該請隨圖說義測題選擇項範舉禁嚴準蓋裡裏對確變",
    "标注记识为属称诸样写读将与绝机秘级长个时后开试结启应当规设国称类该请随图说义测题选择项范举禁严准盖里里对确变",
)

_COMPANY: Final = Lazy(
    r"(?<!\d)\d{6}(?!\d)|份\s*号\s*[:：]?\s*\d*|特\s*急|加\s*急|特\s*提|平\s*急|急\s*件|第?\s*\d+\s*[页頁]|共\s*\d+\s*[页頁]"
    r"|[Pp][Aa][Gg][Ee]\s+\d+(?:\s+of\s+\d+)?|\b\d{1,4}\s*/\s*\d{1,4}\b|编\s*号\s*[:：]?\s*[\w-]*|№\s*\d+|[Nn][Oo]\.?\s*\d+"
    r"|\b(?:TOP SECRET|SECRET|CONFIDENTIAL|RESTRICTED)\b(?=[\s/／|)）(（·-]*$)"
    r"|(?:複製|転載|持出|無断\w{0,4})(?:禁止|厳禁)|(?:请勿|严禁|不得|禁止|切勿)(?:外传|复制|摘抄|拍照|转发|翻印|扩散|上网)"
    r"|[阅会]后(?:即[焚毁]|收回|退回|归还|销毁|清退)|注意保[存管密]|妥善保管"
    r"|\b[Dd]o [Nn]ot (?:[Cc]opy|[Ff]orward|[Dd]istribute|[Ss]hare)\b"
    r"|(?:密\s*级|密\s*等)(?:\s*标\s*[志识])?\s*[:：]?"
)
# A letter of Chinese, Japanese or Korean that none of these holds: most lines need no closer look.
_OTHER: Final = Lazy(
    r"[\u3040-\u9fff\uac00-\ud7a3]"
    r"(?<![份号特急加提平件第页頁共複製転載持出無断禁止厳请勿严不得切外传复制摘抄拍照转发翻印扩散上网阅会后即焚毁销清收回退归还注意保存管密妥善级等标志识])"
    r"(?<!無断.)(?<!無断..)(?<!無断...)(?<!無断....)"
)
_DECOR: Final = Lazy(r"[\s\-–—―_=*#~·•●◆■▲★☆※+.。:：,;\"'`\\/【】\[\]()（）〔〕［］{}<>〈〉「」『』|│]+")

_LONG: Final = 120
_BESIDE: Final = 200  # characters of a line that tell how a mark stands in it
_OPENING: Final = "「『“‘《〈«„"
_CLOSING: Final = "」』”’》〉»“"
_HELD: Final = ("「", "『", "〈")  # brackets that a mark may stand in on a line of its own
_HOLDS: Final = ("」", "』", "〉")
_PAIRS: Final = (("“", "”"), ("「", "」"), ("『", "』"), ("《", "》"), ("‘", "’"))

_LEFT_TALK: Final = Lazy(
    r"(?:(?:标有|标注|标明|标记|标上|标为|标出|标示|注明|注有|注上|写有|写着|写明|写上|印有|印着|印上|盖有|盖着|加盖|盖上|打有|打上|带有|带着|含有|载有"
    r"|列为|定为|划为|确定为|升为|降为|改为|变更为|属于|称为|称作|叫做|叫作|譬如|诸如|比如|例如|写成|写作|读作|出现|使用|输入|填写|看到|发现|匹配|包含|若含|命中|检测到|识别[为出]|应[为是]|期望|预期|类似于?|形如)\s*[:：]?\s*"
    r"|(?:标识|标志|字样|标|写|[标写印盖贴][了着过]|(?<![水复打影翻])印|盖|贴|按照?|[依参仿]照|类似于?|好比|比方说?|可见|[看常]见|[删涂去抹遮盖撕改P]掉|[遮盖]住|[抹除删]去|[加打]上|伪造|冒用|查询|搜索|认识|解读|读懂|小心|当心|为|是|成|把|将|用|以|在|对|与|和|及|或|若|被|到|的|有|涉及|涉|各|该|此|一份|这份|那份|非|无|不|含|属|称|即|如|像|显示|选择|其中|分别|均为|由|从|[那这](?:一?[行句个种张]|几个)|、\s*)[:：]?\s{0,0}"
    r"|(?:密级|密等|标识|标志|格式|形式|样式|图示|图例|字样|示例|样例|范例|举例|案例|写法|正确|错误|说明|意思|例|如|问|答案?|(?:测试|示例|样本)数据|(?:格式|写法|形式|标注)如下|(?:标注|书写|标识)(?:方法|规范|要求)|(?:印章|刻章)(?:内容)?|(?<![文件题姓材])名|(?:关键|检索|敏感|搜索|提示|违禁)词|词库|输[入出]|返回|匹配|命中|规则|[正反用]例\d{0,2}|题[干目型]|选项|标题党|字幕|台词|旁白|道具|图案|贴纸|印章|口[号诀]|谜[面底]|店招|[行个]字|句话|(?:排版|版式|印制)要求|昵称|个?性?签名|口令|密码提示|(?<![主标议课专命])题)\s*[:：]\s*)[“‘「『\"'（(【\[]?\s{0,0}$"
)
_RIGHT_TALK: Final = Lazy(
    r"^[”’」』\"')）】\]]{0,2}\s{0,2}(?:表示|表明|是|指(?![挥导示南标数引定战])|意思|意味|含义|意为|代表(?!团|大会|名单|资格)|即|字样|标志|标识|标记|标注|的(?!确)|中的|里的|这[种类样个一]|那[种类样个]|之类|一词|为(?!了)|属于|等[级于]?"
    r"|、(?!第|编号|共)|(?<!\s)[与和及或者]|类(?![别型似])|(?<!\s)[一两二三四五六七八九十\d]{1,4}[份件册条项枚张]|(?:[印戳]章|印模|贴纸|文件袋|道具)|≠|知多少|[（(](?:正确|错误|对|错|√|×|不?规范)[)）]|[:：](?=.{0,12}(?:密级|期限|保密|级别))|(?<!\s)(?:没有?|未(?!来)|无法|不?会被?(?!议|计|员|谈|展|务|战|商)|被|能否|可否|是否)|顶格|居中|就[是行]|(?:再|后)(?:上传|拍照|发|印)|格式|赏析|评析|点评|\s(?:and|is|are|means?|or|was|were|with)\b|以上|以下|以内|(?<!\s)不[得能应准可]|不超|应当|应(?![急用对收付届聘征变战邀])|必须|分别|其中|级?国家秘密|还是|吗|么|呢|？|\?"
    r"|[—–=＝-]{1,2}\s*(?:表示|指|即|意|是|该|说明|代表)|[=＝:：]\s*(?:表示|指|该|即|是|意)|\s?[=＝→]\s?[A-Za-z\d\u4e00-\u9fff]|[，,]\s*(?:表示|意|即|指|说明|其中|是))"
)
_CUE: Final = Lazy(
    r"(?:不得|不能|不应|不准|禁止|严禁|请勿|切勿|不可)(?:再|擅自|随意|自行)?(?:标|写|加盖|印|使用|出现|带有|含有)"
    r"|例如|比如|譬如|示例|样例|范例|举例|\be\.g\.|\bi\.e\.|such as|for example"
    r"|下列|哪[一]?[项个种]|选项|单选|多选|判断题|选择题|字样|标志由|由.{0,12}组成|保密(?:知识|常识)|什么|怎[么样]|如何|哪里|是否|为何|吗|应当标|应标|规范(?:的)?标"
    r"|格式[为是:：]|形式[为是:：]|分为|划分|三级|三个等级|三个级别|(?:电影|小说|电视剧|游戏|歌曲|剧集|章节)"
)
_NUMBERED: Final = Lazy(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}\s?[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:\.\d{1,2}){1,3}\s|\d{1,2}[.．、)）])\s*"
)
_TAGGED: Final = Lazy(
    r"^\s*(?:(?:subject|re|fwd?|fw|aw|wg|objet|betreff|主题|标题|回复|转发|答复)\s*[:：]\s*)*[\[【(（]?\s*$",
    re.IGNORECASE,
)
_LETTER: Final = Lazy(r"(?:^|\s)[A-H]\s?[.．、)）]\s*$")
_LETTERS: Final = Lazy(r"(?:^|\s)[A-H]\s?[.．、)）]")
_CIRCLED: Final = Lazy(r"^\s*[①-⑨][^①-⑨]*[①-⑨]")
_OPTION: Final = Lazy(r"^\s*(?:[(（]?[A-Ha-h][)）.．、:：]|[×✗✘❌]|.*[:：]\s*[A-H]\s*[(（.．、])\s*$")
_PROPER: Final = Lazy(
    r"(?:密级|密等|密级标[志识]|保密标[志识]|^(?:文件|资料|图纸|密件|(?:涉密)?载体|涉密)标[志识]|^封面标[注志识]|密级和保密期限|密级及(?:保密)?期限|保密等级|涉密等级|定密)\s*[:：]\s*$"
)
_OWN: Final = Lazy(
    r"(?:本|此)(?:文件?|件|资料|材料|项目|报告|方案|卷|稿|册|函|通知|汇编|数据|光盘|U盘)的?(?:密级|保密等级|定密)?(?:已?[定确]?(?:定|确定)?[为是]|属于|属|系|列为)\s*[:：]?\s*$"
)
_FORMER: Final = Lazy(
    r"原(?:来|标)?的?(?:密级|标[志识])(?:为|是)?\s*[:：]?\s*$|(?:^|[^\u4e00-\u9fff]|[的由将从自])原(?:为|是|定|标)?\s*$"
)
_RELEASED: Final = Lazy(
    r"^[）)】\]]?\s{0,2}[（(【\[，,]?\s{0,2}(?:(?:现?已|业已)(?:于.{2,12})?(?:提前)?解密|(?:解密|划去|作废|废除)[）)】\]])"
)
_CLAUSE: Final = Lazy(r"[。！？；!?;]")
_THING: Final = Lazy(r"文件|资料|材料|载体|图纸|信息|以[上下]|级|标[志识]|泄密|事项|公文|试[卷题]|邮件|会议")
_EXAMPLE: Final = Lazy(r"示例|样例|范例|举例|例子")
_ASKED: Final = Lazy(r"什么|怎[么样]|如何|哪里|为何|是否|吗|[?？]")
_PARTICLE: Final = Lazy(
    r"^\s?[\uac00-\ud7a3]+(?:을|를|이|가|은|는|의|에|에서|로|으로|와|과|도|만)(?:\s|$)|^[은는이가을를의로]\s"
    r"|^\s?(?:등급|취급|인가|보관|문서|자료|관리|지정|해제|사항|관련|문건|유출|공개|논란)|^[^\n]{0,40}(?:다|요|까)[.?!]"
    r"|^[のをはがにでとも]"
)
_PIECE: Final = Lazy(r"^[）)】\]]\s*[；;]")
_SENTENCE: Final = Lazy(r"[。！？；，]")


def simple(text: str) -> str:
    """Return the text with the Traditional characters of the cues made Simplified; the length stays."""
    return text if text.isascii() else text.translate(_SIMPLE)


def bare(text: str) -> str:
    """Return what is left of a line's rest without decoration, page, copy and urgency numbers."""
    if len(text) > _LONG:  # no decoration is that long, and long lines with many marks must stay cheap
        return text.strip(" \t-=_*")
    if not text or text.isspace():
        return ""
    if _OTHER.search(text) and "编" not in text:
        return text
    return _DECOR.sub("", _COMPANY.sub("", text))


def quoted(left: str, right: str) -> bool:
    """Whether the place between two texts stands in prose quotes or in a title."""
    tail, head = left.rstrip(), right.lstrip()
    if tail[-1:] and tail[-1] in _OPENING and head[:1] and head[0] in _CLOSING:
        return True
    return any(left.rfind(opening) > left.rfind(closing) and closing in right for opening, closing in _PAIRS)


_LISP: Final = Lazy(r"[\"')(]\s+\"$")  # ("玄武岩" "厳秘"): strings side by side
_SHELL: Final = Lazy(r"^\s*\$\s+[a-z]|^\s*(?:[$#>]\s*)?(?:echo|grep|rg|sed|awk|printf|assert|expect)\s")
_SAMPLES: Final = Lazy(r"[\"'](?:examples?|samples?|tests?|options|enum|placeholder|pattern|hints?)[\"']\s*:")
_LITERAL: Final = Lazy(
    r"[=(;{}]|=>|->|^\s*(?:#|//|/?\*|--)|\b(?:return|case|assert|const|let|var|elif|if|in|not|and|or|def|print|printf|echo|grep|sed|new|String|THEN|VALUES|IN|AS)\b"
)
_DATA: Final = Lazy(  # nothing but JSON, or the key of YAML, before it
    r"^(?:[\s\[\]{},:.\d-]|\"[^\"]*\"|true|false|null)*[\"']?$|^[\s-]*[\w\u4e00-\u9fff.-]+\s*:\s*[\"']?$"
)


def literal(left: str, right: str) -> bool:
    """Whether the place stands in a string of program text; the strings of JSON and CSV are data and count."""
    if _SHELL.match(left):
        return True
    if _LISP.search(left) and right[:1] == left[-1:]:
        return True
    quotes = [quote for quote in "\"'`" if left.count(quote) % 2 and quote in right]
    if not quotes:
        return False
    inside = max(quotes, key=left.rfind)
    before = left[: left.rfind(inside)]
    if _SAMPLES.search(before):
        return True
    if "\n" not in before and _DATA.match(before + inside) and not _CALL.search(right):
        return False
    return _LITERAL.search(before) is not None or _CALL.search(right) is not None or inside == "`"


_CALL: Final = Lazy(r"^[^\"'`]*[\"'`]\s*(?:[);]|#\s|\]\s*[);,]|\+|==|=>|\.\w|in\b)")


def stand(left: str, right: str) -> Stand:
    """Say how a Chinese mark stands between the two rests of its line."""
    left = _NUMBERED.sub("", left)
    if literal(left, right):
        return "code"
    if left.strip() in _HELD and right.lstrip()[:1] in _HOLDS and not bare(right):
        return "alone"
    if quoted(left, right):
        return "quoted"
    left, right = simple(left[-_BESIDE:]), simple(right[:_BESIDE])
    if _FORMER.search(left[-12:]) or _RELEASED.match(right):  # 原密级：秘密★10年，现已解密
        return "talk"
    if not bare(left) and not bare(right):
        return "alone"
    if _OPTION.match(left) or (_LETTER.search(left) and len(_LETTERS.findall(left + "\0" + right)) > 1):
        return "option"
    if _CIRCLED.match(left + "\0" + right):
        return "option"
    if _PROPER.search(left) and not _RIGHT_TALK.match(right):
        return "end"
    if _talked(left, right):
        return "talk"
    return _between(left, right)


def _talked(left: str, right: str) -> bool:
    if _RIGHT_TALK.match(right) or _PARTICLE.search(right):
        return True
    if not bare(left):
        return bool((_glued(right[:1]) and _ASKED.search(right[:40])) or _EXAMPLE.search(right[:12]))
    clause = _CLAUSE.split(left)[-1]
    return bool(_LEFT_TALK.search(clause[-16:]) or _CUE.search(left[-60:]) or _CUE.search(right[:40]))


def _between(left: str, right: str) -> Stand:
    last, first = left.rstrip()[-1:], right.lstrip()[:1]
    if not bare(left):
        return "start"
    if not bare(right):
        return "end"
    if _glued(left[-1:]) and _glued(right[:1]):
        return "talk" if _THING.match(right) else "sentence"
    if (
        _PIECE.match(right)
        or (last in "；;" and first in "；;")
        or (last in "：:】]" and (right[:1].isspace() or first == "《"))
    ):  # pieces of a row; a speaker
        return "inside"
    if _SENTENCE.search(left[-40:]) or _SENTENCE.search(right[:40]):
        return "sentence"
    return "inside"


def _glued(char: str) -> bool:
    return char.isalnum()


def subject(left: str) -> bool:
    """Whether the words before it are those of a mail's subject: 主题："""
    return _TAGGED.match(left) is not None


def owned(left: str) -> bool:
    """Whether the words before it say that this very document has the level: 本文件密级为…"""
    return _OWN.search(simple(left)) is not None


# Languages written with Latin letters.

_OPENED: Final = ("[", "(", "【", "（")
_CLOSED: Final = ("]", ")", "】", "）")
_LATIN_TALK: Final = Lazy(
    r"(?:^|[\s(\"'/])(?:marked|labell?ed|classified|designated|stamped|as|is|are|was|were|be|been|being|use|uses|using|used|the|an?|of|or|and|to|with|under"
    r"|called|like|than|from|for|in|on|at|including|level|levels|by|not|non|no|any|each|every|some|this|that|these|those|between|both|either|only|also|e\.g\."
    r"|i\.e\.|example|examples?:|reads?|says?|word|words|term|string|label|labels|mark|marking|markings|see|above|below|about|handl(?:e|ing)|understand(?:ing)?|protect(?:ing)?|sharing|sends?|sending|storing|mean(?:s|ing)|receiv(?:e|ed|ing)|requir(?:e|es|ing)|needs?|holds?|holding|has|have|having|über|als|mit|und|oder|der|die|das"
    r"|von|zu|comme|et|ou|de|la|le|les|des|du|niveau|mention|class[ée]e?s?|classifi[ée]e?s?|eingestuft|Einstufung|Stufe|Grad)\s*[:,]?\s*[\"'“‘`(\[]*\s*$",
    re.IGNORECASE,
)
_LOWER: Final = Lazy(
    r"^\s*[\"'”’`)\]]*\s*(?:[a-zà-ÿ]|,(?!\s*(?:Stand|Entwurf|Version|Draft|Copy|Page|Seite|\d))|\bor\b|/\s*[A-Z]|=|:=|\?)"
)
_BULLET: Final = Lazy(r"^\s*[-*•·]\s+\W*$")
_COLON: Final = Lazy(r"^\W{0,3}:\s+\w")  # - CUI//SP-CTI: Controlled Technical Information
_DEFINED: Final = Lazy(r"^\s*(?::(?:\s+[a-z]{2,}){4}|\((?:see|cf|e\.g|i\.e)\b|[*_\s]*[—–-]+\s+an?\s)")
_LATIN_FIELD: Final = Lazy(
    r"(?:classification(?: level)?|(?:protective |security )?marking|handling|sensitivity|confidentiality"
    r"|security level)[\"']?\s*[:=：]\s*[\"'“]?$",
    re.IGNORECASE,
)
_LATIN_OWN: Final = Lazy(
    r"\bthis (?:document|file|report|message|e-?mail|memo(?:randum)?|brief(?:ing)?|annex|slide|page|attachment)"
    r" (?:is|has been)(?: (?:classified|marked|handled))?(?: as)?:?\s+$",
    re.IGNORECASE,
)
_LOWER_TAIL: Final = Lazy(r"[a-zà-ÿ]{2,}[,;]?\s+[\"'“(\[]*$")
_SUFFIX: Final = Lazy(r"^\.\w+\s+\S")  # the name of a file in a text
_LABEL: Final = Lazy(r"[A-Za-zÀ-ÿ\u4e00-\u9fff]\s*[:：]\s*$")


def latin(left: str, right: str) -> Stand:
    """Say how a mark in Latin letters stands between the two rests of its line."""
    left = _NUMBERED.sub("", left)
    if literal(left, right):
        return "code"
    if not bare(left) and not bare(right):
        return "alone"
    if _OPTION.match(left):
        return "option"
    if left.rstrip()[-1:] in _OPENED and right.lstrip()[:1] in _CLOSED and left and right and _TAGGED.match(left):
        return "start"
    if (_LATIN_FIELD.search(left[-40:]) or _LATIN_OWN.search(left[-60:])) and (
        right[:1] in ("'", '"') or not _LOWER.match(right)
    ):
        return "end"
    if quoted(left, right) or (left[-1:] in ("'", '"', "`") and right[:1] == left[-1:] and bare(left)):
        return "quoted"
    if (
        _talked(simple(left[-_BESIDE:]), simple(right[:_BESIDE]))
        or _SUFFIX.match(right)
        or _LOWER.match(right)
        or _DEFINED.match(right)
        or (_BULLET.match(left) and _COLON.match(right))
        or _LATIN_TALK.search(left[-30:])
    ):
        return "talk"
    if not bare(left):
        return "start"
    if not bare(right):
        return "end" if len(left) < 120 else "sentence"
    if _LABEL.search(left):
        return "inside"
    return "sentence" if _LOWER_TAIL.search(left[-40:]) else "inside"
