"""Names of accounts in a page's text and links: LINE, Telegram, Signal, X, Instagram.

All texts are folded before (full-width signs as half-width); a name counts only beside the word of
its service or in one of its links, so that an ordinary @word is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# What stands between the service and the name: "LINE: x", "LINEは「x", "Telegram(@x".
_MARK = r"[:=→⇒(「『【\[]"
_IS = rf"\s?(?:{_MARK}|は|が|の?アカウント(?:は|が|\s?{_MARK})?)?\s?"
_ID = (
    r"\s?@?\s?(?:の|用|追加|公式|友だち追加|友達追加)?(?:アカウント)?\s?[(「【\[:]?\s?"
    rf"(?:ID|アイディー?|ユーザー名|アカウント)\s?(?:名|は|が)?\s?{_MARK}?\s?"
)
_END = r"(?![a-z0-9_@]|\.[a-z])"
_LINE = r"(?<![a-z])(?:LINE|(?<![ァ-ヶー])ライン)"
_TELEGRAM = (
    r"(?:(?<![a-z])telegram|テレグラム|テレグラ|(?<![ァ-ヶー])テレ|(?<![a-z0-9])TG(?=\s?[:=→⇒(]))"
)
_INSTAGRAM = r"(?:(?<![a-z])insta(?:gram)?|インスタ(?:グラム)?|(?<![a-z0-9])IG(?=\s?[:=→⇒(]))"
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.I | re.A))
    for kind, pattern in (
        (
            "line_id",
            rf"{_LINE}(?:{_ID}@?|@?\s?[:=→⇒]\s?@?|{_IS}@)([a-z0-9][a-z0-9._-]{{3,19}}){_END}",
        ),
        (
            "line_id",
            rf"{_LINE}[でに]?(?:友だち|友達|とも)?(?:追加|登録)[^\n@]{{0,12}}@([a-z0-9][a-z0-9._-]{{3,19}}){_END}",
        ),
        ("line_id", r"line\.me/(?:R/)?ti/p/(?:~|@|%40)([a-z0-9][a-z0-9._-]{2,29})"),
        ("telegram", rf"{_TELEGRAM}(?:{_ID}|{_IS})@([a-z][a-z0-9_]{{4,31}}){_END}"),
        (
            "telegram",
            rf"(?:(?<![a-z])telegram|テレグラム)(?:{_ID}|\s?[:=→⇒]\s?)(?=[a-z]*[_\d])([a-z][a-z0-9_]{{4,31}}){_END}",
        ),
        ("telegram", r"(?<![\w.-])(?:t|telegram)\.me/(?:s/)?@?([a-z][a-z0-9_]{4,31})(?![\w/]*\+)"),
        ("telegram", r"tg://resolve\?domain=([a-z][a-z0-9_]{4,31})"),
        (
            "signal",
            rf"(?:(?<![a-z])signal|シグナル)(?:{_ID}|\s?[:=→⇒(「]\s?|{_IS}(?=@))@?([a-z_][a-z0-9_]{{2,31}}\.\d{{2,9}})(?![\w.]\w)",
        ),
        (
            "x_account",
            r"(?:(?<![a-z0-9])twitter|ツイッター|(?<![a-z0-9@._-])X(?=[\s:=→⇒は(の]|アカウント|ID))"
            rf"\s?(?:\([^()\n]{{1,12}}\))?(?:{_ID}|{_IS})@([a-z0-9_]{{3,15}}){_END}",
        ),
        (
            "x_account",
            r"(?<![\w-])(?:twitter|(?<![.])x|(?<=www\.)x|(?<=mobile\.)x)\.com/@?([a-z0-9_]{3,15})(?!\w)",
        ),
        (
            "x_account",
            r"(?<![\w-])(?:twitter|x)\.com/intent/(?:user|follow)\?screen_name=@?([a-z0-9_]{3,15})(?!\w)",
        ),
        ("instagram", rf"{_INSTAGRAM}(?:{_ID}|{_IS})@([a-z0-9._]{{3,30}}){_END}"),
        (
            "instagram",
            rf"(?:(?<![a-z])instagram|インスタグラム|インスタ){_ID}([a-z0-9][a-z0-9._]{{2,29}}){_END}",
        ),
        ("instagram", r"(?<![\w-])instagram\.com/@?([a-z0-9._]{3,30})"),
    )
)
# Links whose last part is a secret of its own, in which case matters.
_INVITATIONS = tuple(
    (kind, form, re.compile(pattern, re.A))
    for kind, form, pattern in (
        ("line_id", "lin.ee/{}", r"(?<![\w.-])lin\.ee/([A-Za-z0-9]{5,12})(?!\w)"),
        (
            "telegram",
            "+{}",
            r"(?<![\w.-])(?:t|telegram)\.me/(?:\+|joinchat/)([A-Za-z0-9_-]{16,32})(?![\w-])",
        ),
        ("signal", "eu/{}", r"(?<![\w.-])signal\.me/#eu/([A-Za-z0-9_-]{16,96})(?![\w-])"),
    )
)
_RESERVED = {
    "line_id": frozenset(["http", "https", "official", "account", "stickers"]),
    "telegram": frozenset(
        [
            "joinchat",
            "share",
            "addstickers",
            "addemoji",
            "addlist",
            "addtheme",
            "proxy",
            "socks",
            "setlanguage",
            "boost",
            "contact",
            "login",
        ]
    ),
    "x_account": frozenset(
        [
            "home",
            "explore",
            "search",
            "login",
            "logout",
            "signup",
            "intent",
            "share",
            "hashtag",
            "settings",
            "tos",
            "privacy",
            "about",
            "jobs",
            "download",
            "messages",
            "notifications",
            "account",
        ]
    ),
    "instagram": frozenset(
        [
            "explore",
            "reel",
            "reels",
            "stories",
            "accounts",
            "direct",
            "about",
            "legal",
            "developer",
            "web",
        ]
    ),
}


def account_names(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Kind, normal form (lower case without @; invitations as written) and place of each account."""
    for kind, pattern in _PATTERNS:
        for m in pattern.finditer(text):
            value = m[1].rstrip("._-").lower()
            if value not in _RESERVED.get(kind, ()) and not re.fullmatch(r"[\d._-]*", value):
                yield kind, value, m.start(1), m.end(1)
    for kind, form, pattern in _INVITATIONS:
        for m in pattern.finditer(text):
            yield kind, form.format(m[1]), m.start(), m.end()
