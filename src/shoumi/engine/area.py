"""Through which channel content leaks: a trail and a media type in, one of the seven areas out, or None.

A chat export, and all that is inside it, is messaging; so is the folder in which a chat program for the PC keeps
what it received. The folders that cloud drives synchronise are drives, and so is every remote address. Folders are
told by the names that the programs themselves give them, at any depth.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from shoumi.engine.types import Trail

CHAT: Final = "application/x-chat"  # how the media types of chat exports begin

# WeChat 3 and 4, WeCom, QQ, DingTalk, Feishu and Lark, Telegram, WhatsApp, exports of common tools.
_MESSAGING: Final = (
    r"WeChat Files|xwechat_files|WeChat ?Documents?|com\.tencent\.xinWeChat|MicroMsg",
    r"微信文件|微信聊天(?:记录|記錄)[^/\\]*",
    r"WXWork(?: Files| Data)?|WXWorkLocal|Tencent Files|QQ_?Files?|FileRecv|DingTalk(?:AppData|_Files)?",
    r"钉钉(?:文件|下载)?|釘釘|LarkShell|FeishuDownloads?|Feishu|飞书(?:下载|文件)?",
    r"Telegram Desktop|ChatExport_\d{4}-\d\d-\d\d[^/\\]*|LINE ?Downloads?|Signal ?(?:Files|Downloads?)",
    r"WhatsApp(?: Documents| Images)?|WhatsApp (?:Chat|聊天)[^/\\]*|MemoTrace|留痕",
)
# Baidu, Nutstore, OneDrive, Dropbox, Google, iCloud, WPS, Aliyun, 115, Weiyun, Nextcloud, Seafile and others.
_DRIVES: Final = (
    r"Baidu(?:Netdisk|Syncdisk|Yun)[^/\\]*|百度(?:网|云)[盘盤][^/\\]*|Nutstore(?: Files)?|(?:我的)?坚果云[^/\\]*",
    r"OneDrive(?: - [^/\\]+)?|Dropbox(?: \([^/\\]+\))?|Google ?Drive|My Drive|GoogleDrive-[^/\\]+",
    r"iCloud ?Drive|com~apple~CloudDocs|WPS ?(?:Drive|云盘|云文档|Cloud Files)|aDrive|Aliyun ?Drive|阿里云盘",
    r"115(?:网盘|下载)|Weiyun|微云(?:同步[^/\\]*)?|Quark(?:Netdisk|CloudDrive)|夸克网盘|天翼云盘|和彩云|移动云盘",
    r"Nextcloud\d?|ownCloud|Seafile|Box Sync|pCloud ?Drive|MEGAsync|Syncthing|Resilio Sync|Synology ?Drive",
)


def _folders(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[/\\])(?:{'|'.join(names)})(?=[/\\])", re.IGNORECASE)


_REMOTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_CHANNELS: Final = (("messaging", _folders(_MESSAGING)), ("drives", _folders(_DRIVES)))


def of(trail: Trail, media_type: str = "") -> str | None:
    """Return the area of what was found at a trail; None when neither form nor place tells."""
    steps = trail.steps
    if media_type.startswith(CHAT) or any(step.kind == "chat" for step in steps):
        return "messaging"
    return of_folder(steps[0].name.rpartition("/")[0]) if steps else None


@lru_cache(maxsize=256)
def of_folder(path: str) -> str | None:
    """Return the area of a folder, by its name and those above it."""
    found = next((area for area, names in _CHANNELS if names.search(path + "/")), None)
    return found or ("drives" if _REMOTE.match(path) else None)
