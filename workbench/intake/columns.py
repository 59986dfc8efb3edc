"""What a column is, from its heading in Japanese or English, or from what it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.domain.errors import BadInput
from workbench.domain.url import read_url

_HEADINGS: dict[str, str] = {
    "url": "url urls uri link links address webaddress website phishingurl siteurl pageurl posturl"
    " targeturl fullurl アドレス リンク 掲載url 対象url 通報url 通報対象url サイトurl 投稿url ページurl"
    " 該当url 発見url 閲覧url urlアドレス ウェブアドレス 掲載アドレス 掲載場所 ホームページ 掲載先 サイト",
    "note": "note notes comment comments remarks memo description 備考 メモ コメント 通報内容 内容 概要"
    " 特記事項 摘要 説明",
    "brand": "brand target ブランド ブランド名 対象ブランド 騙られたブランド 詐称ブランド",
    "category_hint": "category class label type カテゴリ カテゴリー 区分 分類 種別 情報区分 情報種別",
    "receipt_number": "ihc番号 受理番号 受付番号 通報番号 整理番号 管理番号 receiptnumber receipt"
    " receiptno caseno referenceno",
    "received_text": "date datetime timestamp receivedat received reportedat reported detectedat"
    " 受理日 受理日時 受付日 受付日時 通報日 通報日時 日付 日時 年月日 発見日 発見日時 認知日 認知日時",
    "search_words": "searchwords searchword keyword keywords query 検索語 検索ワード 検索語句"
    " キーワード 検索キーワード",
    "post_id": "postid tweetid statusid messageid 投稿id 投稿番号 ポストid レス番号",
    "account_id": "accountid account userid screenname handle アカウント アカウントid ユーザーid"
    " ユーザid",
    "display_name": "displayname accountname 表示名 アカウント名 ユーザー名 ユーザ名 投稿者 投稿者名"
    " ハンドルネーム ニックネーム",
    "posted_text": "postedat posted postdate posttime createdat 投稿日時 投稿日 書込日時 書き込み日時"
    " 掲載日 掲載日時",
}
_FIELD_OF = {name: role for role, names in _HEADINGS.items() for name in names.split()}
_URL_SHAPE = re.compile(r"\A\W{0,4}h?[htx*]{2,4}ps?\W{0,4}[:：;/／]", re.IGNORECASE)


def field_of(heading: str) -> str | None:
    """The draft's field that a heading names, None when it is no known heading."""
    plain = unicodedata.normalize("NFKC", heading[:200]).lower()
    plain = re.sub(r"[\s_\-./・:*※]", "", plain)
    plain = re.sub(r"\(.*?\)\Z|\[.*?\]\Z", "", plain) or plain
    return _FIELD_OF.get(plain)


@lru_cache(maxsize=2_048)
def holds_url(cell: str) -> bool:
    """Whether a cell looks like the address of a page."""
    if _URL_SHAPE.match(cell):
        return True
    try:
        read_url(cell)
    except BadInput:
        return False
    return True


@dataclass(frozen=True)
class Columns:
    """Which column is what: `fields[i]` is the draft's field or None, `headings[i]` its name."""

    fields: tuple[str | None, ...]
    headings: tuple[str, ...]
    has_heading: bool


def find_columns(rows: Sequence[Sequence[str]]) -> Columns | None:
    """Columns of a table from its first rows; None when no column holds addresses.

    A first row that names the address column is the heading. Otherwise the column in which most
    rows hold an address is taken, and the first row is the heading only if it has no address there.
    """
    if not rows:
        return None
    first = rows[0]
    roles = [field_of(cell) for cell in first]
    if "url" in roles and not any(_URL_SHAPE.match(cell) for cell in first):
        return _named(first, roles)
    column = _column_of_addresses(rows)
    if column is None:
        return None
    named = len(first) > column and not holds_url(first[column]) and first[column].strip() != ""
    if named and len(rows) > 1 and (len(first) == 1 or any(roles) or not _like_data(first, rows)):
        roles = [None if role == "url" else role for role in roles]
        roles[column] = "url"
        return _named(first, roles)
    width = max(len(row) for row in rows)
    fields = tuple("url" if i == column else None for i in range(width))
    return Columns(fields, tuple(f"column {i + 1}" for i in range(width)), False)


def _named(first: Sequence[str], roles: list[str | None]) -> Columns:
    taken: set[str] = set()
    fields: list[str | None] = []
    headings: list[str] = []
    for number, (cell, role) in enumerate(zip(first, roles, strict=True), 1):
        # A second column of the same kind is kept under its own name.
        fields.append(role if role is not None and role not in taken else None)
        taken |= {role} if role else set()
        name = cell.strip()[:200] or f"column {number}"
        headings.append(name if name not in headings else f"{name} ({number})")
    return Columns(tuple(fields), tuple(headings), True)


def _column_of_addresses(rows: Sequence[Sequence[str]]) -> int | None:
    hits: dict[int, int] = {}
    for row in rows:
        for number, cell in enumerate(row):
            if cell and holds_url(cell[:2_000]):
                # A cell with a scheme outweighs a word that might be a host.
                hits[number] = hits.get(number, 0) + (3 if _URL_SHAPE.match(cell) else 1)
    return min(hits, key=lambda number: (-hits[number], number)) if hits else None


def _like_data(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """A first row with digits where the others have digits is data with a bad address."""
    digits = [i for i, cell in enumerate(first) if any(c.isdigit() for c in cell)]
    return any(
        len(row) > i and any(c.isdigit() for c in row[i]) for row in rows[1:] for i in digits
    )
