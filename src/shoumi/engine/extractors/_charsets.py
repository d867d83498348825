"""Character sets of Windows' fonts (LOGFONT ``lfCharSet``, RTF ``\\fcharset``): a number in, a codec's name out."""

from __future__ import annotations

from typing import Final

CHARSETS: Final = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
