"""What the judgement of codes knows by name: shorteners, free hosts, brands and their own domains, words of lures.

Short lists of what is common, not registers; a name that stands in none of them is judged by its form alone.
"""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SHORTENERS: Final = _names(
    """
    t.cn url.cn dwz.cn suo.im suo.nz u.nu bit.ly t.co tinyurl.com goo.gl is.gd ow.ly buff.ly rebrand.ly cutt.ly
    rb.gy s.id v.gd shorturl.at tiny.cc dlvr.it lnkd.in w.url.cn 6du.in dwz.win mrw.so t.hk reurl.cc ppt.cc lihi.cc
    pse.is surl.cc sourl.cn 985.so c-n.ink 3mw.cn kurl.cn urlc.cn soo.gd clck.ru qr.ae bl.ink t.ly x.gd
    """
)
CHANGEABLE: Final = _names(
    """
    qrco.de qr.io qrcodes.pro me-qr.com qr-code-generator.com flowcode.com qrfy.com qrstuff.com beaconstac.com
    uniqode.com scan.page hovercode.com cli.im qr61.cn qr07.cn qr14.cn liantu.com l.wwei.cn
    """
)
HOSTING: Final = _names(
    """
    ngrok.io ngrok.app ngrok-free.app trycloudflare.com loca.lt localhost.run serveo.net cpolar.cn cpolar.top
    natapp.cc natappfree.cc github.io gitee.io vercel.app netlify.app pages.dev workers.dev web.app firebaseapp.com
    glitch.me herokuapp.com repl.co replit.app weebly.com wixsite.com blogspot.com 000webhostapp.com duckdns.org
    ddns.net no-ip.org hopto.org myftp.org 3322.org vicp.net oicp.net eicp.net gicp.net surge.sh render.com fly.dev
    r2.dev ipfs.io dweb.link sites.google.com forms.gle wjx.cn wjx.top jinshuju.net
    """
)
RISKY_ENDINGS: Final = _names(
    """
    top xyz icu vip cyou buzz click link live rest sbs cfd bond monster quest fit surf gq ml cf tk ga zip mov lol pw
    cc ws work shop online site fun club win bid loan
    """
)
ENDINGS: Final = _names(
    """
    com.cn net.cn org.cn gov.cn edu.cn ac.cn mil.cn bj.cn sh.cn gd.cn zj.cn js.cn com.hk gov.hk org.hk edu.hk com.tw
    gov.tw org.tw edu.tw com.mo gov.mo co.uk gov.uk org.uk ac.uk co.jp go.jp ne.jp or.jp co.kr go.kr or.kr com.au
    gov.au net.au com.sg gov.sg co.in gov.in com.br com.my com.vn co.th in.th com.ru co.nz com.tr com.mx
    """
)  # public suffixes of two parts
BRANDS: Final[dict[str, tuple[str, ...]]] = {  # a name people trust → where it really lives
    "alipay": ("alipay.com", "alipay.cn", "alipayobjects.com", "alipay.hk"),
    "weixin": ("qq.com", "weixin.com", "wechat.com"), "wechat": ("wechat.com", "wechatpay.com"),
    "tenpay": ("tenpay.com",), "taobao": ("taobao.com", "taobao.cn"), "tmall": ("tmall.com",),
    "jingdong": ("jd.com",), "pinduoduo": ("pinduoduo.com",), "douyin": ("douyin.com",), "baidu": ("baidu.com",),
    "dingtalk": ("dingtalk.com",), "feishu": ("feishu.cn",), "unionpay": ("unionpay.com", "95516.com"),
    "icbc": ("icbc.com.cn",), "abchina": ("abchina.com",), "bankcomm": ("bankcomm.com",), "boc": ("boc.cn",),
    "ccb": ("ccb.com", "ccb.com.cn"), "cmbchina": ("cmbchina.com",), "psbc": ("psbc.com",), "citic": ("citic.com",),
    "12306": ("12306.cn",), "12123": ("122.gov.cn",), "gjzwfw": ("gjzwfw.gov.cn",), "chinatax": ("chinatax.gov.cn",),
    "etcchina": ("etcchina.com",), "chsi": ("chsi.com.cn",), "10086": ("10086.cn",), "10010": ("10010.com",),
    "189": ("189.cn",), "sfexpress": ("sf-express.com",), "huawei": ("huawei.com",), "xiaomi": ("mi.com", "xiaomi.com"),
    "apple": ("apple.com", "icloud.com", "apple.com.cn"), "icloud": ("icloud.com", "apple.com"),
    "microsoft": ("microsoft.com", "microsoftonline.com", "live.com"), "office365": ("office365.com", "office.com"),
    "google": ("google.com", "google.cn"), "paypal": ("paypal.com", "paypal.me"), "amazon": ("amazon.com", "amazon.cn"),
    "docusign": ("docusign.com", "docusign.net"), "whatsapp": ("whatsapp.com", "wa.me"),
    "telegram": ("telegram.org", "t.me"), "dhl": ("dhl.com",), "hsbc": ("hsbc.com", "hsbc.com.hk", "hsbc.com.cn"),
}  # fmt: skip
LURES: Final = (
    "login", "signin", "sign-in", "verify", "verification", "account", "security", "update", "confirm", "unlock",
    "suspend", "refund", "subsidy", "bonus", "salary", "payroll", "invoice", "wallet", "reward", "prize", "gift",
    "shebao", "yibao", "butie", "gongzi", "tuishui", "jiangjin", "lingqu", "renzheng",
    "登录", "登錄", "登入", "验证", "驗證", "认证", "認證", "补贴", "補貼", "社保", "医保", "醫保", "工资", "工資",
    "退税",    "退稅", "领取", "領取", "奖金", "獎金", "中奖", "中獎", "红包", "紅包", "年检", "实名", "實名", "征信",
)  # fmt: skip
REDIRECTS: Final = _names(
    """
    url redirect redirect_uri redirecturl redirect_url next target goto dest destination continue return returnurl
    return_url u link jump to out callback backurl forward r
    """
)
SECRETS: Final = _names(
    """
    token access_token auth apikey api_key key secret password passwd pwd sign signature session sessionid sid
    ticket code jwt credential
    """
)
PROGRAMS: Final = _names(
    """
    apk apks xapk ipa hap mobileconfig exe msi scr bat cmd com pif vbs js jse hta ps1 jar dmg pkg deb rpm appx lnk
    iso img plist
    """
)
PACKED: Final = _names(
    """
    zip rar 7z gz tar html htm svg shtml xhtml docm xlsm one
    """
)
GROUPS: Final = (
    "weixin.qq.com/g/", "work.weixin.qq.com/gm/", "work.weixin.qq.com/ca/", "work.weixin.qq.com/u/", "qm.qq.com/",
    "jq.qq.com/", "t.me/+", "t.me/joinchat", "chat.whatsapp.com/", "discord.gg/", "line.me/ti/g", "line.me/R/ti/g",
    "applink.feishu.cn/client/chat", "dingtalk.com/action/joingroup", "qr.dingtalk.com/", "signal.group/",
)  # fmt: skip
LOGINS: Final = (
    "login.weixin.qq.com/l/", "weixin.qq.com/x/", "open.weixin.qq.com/connect/", "passport.", "qrlogin", "qrcodelogin",
    "txz.qq.com/p", "login.dingtalk.com/", "login.work.weixin.qq.com/", "accounts.feishu.cn/", "web.whatsapp.com",
    "tg://login", "signal://linkdevice", "sgnl://linkdevice", "microsoft.com/devicelogin", "oauth", "qrconnect",
)  # fmt: skip
PAYMENTS: Final = (
    "wxp://", "weixin://wxpay/", "qr.alipay.com/", "alipays://", "alipay://", "alipayqr://", "qr.95516.com/",
    "payapp.weixin.qq.com/",    "bitcoin:", "ethereum:", "tron:", "litecoin:", "lightning:", "upi://", "paypal.me/",
    "qpay.qq.com/", "i.qianbao.qq.com/",
)  # fmt: skip
STORES: Final = (
    "weixin://dl/business", "mp.weixin.qq.com/a/", "snssdk", "hap://", "apps.apple.com/", "play.google.com/store/apps",
    "appgallery.", "a.app.qq.com/", "sj.qq.com/", "market://", "itms-apps:", "itms-appss:",
)  # fmt: skip
APPS: Final = ("intent:", "android-app:", "itms-services:", "testflight.apple.com/", "pgyer.com/", "fir.im/")
