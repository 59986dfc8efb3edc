"""Words for the ids a content manifest and custody entries hold, as documents print them.

Ids of reference data (sources, measures, addressees, labels) come with their names in the manifest;
what stands here are ids of the program itself. An id without a word is printed as it is.
"""

from __future__ import annotations

from workbench.domain.errors import Name
from workbench.messages import render

ROLES = {
    "screenshot": Name("画面保存", "screenshot"),
    "warc": Name("ページ保存(WARC)", "page (WARC)"),
    "letter_pdf": Name("削除依頼文書(PDF)", "removal letter (PDF)"),
    "letter_text": Name("削除依頼文書(テキスト)", "removal letter (text)"),
}

OUTCOMES = {
    "captured": Name("保全した", "captured"),
    "refused_scheme": Name("対象外のURL", "scheme refused"),
    "refused_address": Name("接続を許可しない宛先", "address refused"),
    "refused_child_protection": Name(
        "児童保護の対象(取得しない)", "child protection (not fetched)"
    ),
    "unreachable": Name("接続できない", "unreachable"),
    "timeout": Name("時間切れ", "timed out"),
    "too_large": Name("上限より大きい", "too large"),
    "bad_response": Name("応答が正しくない", "bad response"),
    "tls_failed": Name("TLSの接続に失敗", "TLS failed"),
    "too_many_redirects": Name("転送が多すぎる", "too many redirects"),
}

TIME_SOURCES = {"system clock": Name("この端末の時計", "system clock")}

SUBJECTS = {
    "report": Name("案件", "report"),
    "removal": Name("削除依頼", "removal"),
    "case": Name("事件", "case"),
    "referral": Name("引継ぎ", "referral"),
    "store": Name("管理", "store"),
}

ACTIONS = {
    "added_to_case": Name("事件に追加", "added to case"),
    "archive_added": Name("他で作成したWARCの追加", "archive from elsewhere added"),
    "approval_voided": Name("決裁の取消し", "approval voided"),
    "approved": Name("決裁", "approved"),
    "assessed": Name("自動判定", "assessed"),
    "captured": Name("保全", "captured"),
    "claimed": Name("担当", "claimed"),
    "closed": Name("終結", "closed"),
    "decided": Name("判定", "decided"),
    "drafted": Name("起案", "drafted"),
    "escalated": Name("次の依頼先へ移行", "escalated"),
    "exported": Name("書出し", "exported"),
    "hold_cleared": Name("削除保留の解除", "hold cleared"),
    "hold_set": Name("削除保留", "hold set"),
    "issued": Name("発出", "issued"),
    "letter_written": Name("依頼文書の作成", "letter written"),
    "opened": Name("事件の作成", "opened"),
    "packaged": Name("引継資料の確定", "packaged"),
    "priority_set": Name("優先度の変更", "priority set"),
    "recorded": Name("経過の記録", "recorded"),
    "redrafted": Name("再起案", "redrafted"),
    "referral_drafted": Name("引継ぎの起案", "referral drafted"),
    "registered": Name("登録", "registered"),
    "released": Name("担当の解除", "released"),
    "removal_drafted": Name("削除依頼の起案", "removal drafted"),
    "removal_issued": Name("削除依頼の発出", "removal issued"),
    "reopened": Name("再検討", "reopened"),
    "report_added": Name("案件の追加", "report added"),
    "review_asked": Name("要確認", "review asked"),
    "sent_back": Name("差戻し", "sent back"),
    "sighted_again": Name("再度の認知", "sighted again"),
    "submitted": Name("決裁伺い", "submitted"),
}

IDENTIFIERS = {
    "bank_account": Name("口座", "bank account"),
    "crypto_address": Name("暗号資産アドレス", "crypto address"),
    "crypto_address_wrong": Name(
        "暗号資産アドレス(検査文字が合わない)", "crypto address (its checksum does not hold)"
    ),
    "onion_wrong": Name(
        "Onion アドレス(検査文字が合わない)", "onion address (its checksum does not hold)"
    ),
    "onion": Name("Onion アドレス", "onion address"),
    "domain": Name("ドメイン", "domain"),
    "email": Name("メールアドレス", "mail address"),
    "instagram": Name("Instagram", "Instagram"),
    "ip": Name("IPアドレス", "IP address"),
    "line_id": Name("LINE ID", "LINE ID"),
    "phone": Name("電話番号", "telephone"),
    "signal": Name("Signal", "Signal"),
    "telegram": Name("Telegram", "Telegram"),
    "url": Name("URL", "URL"),
    "x_account": Name("Xアカウント", "X account"),
}

BYTES = Name("バイト", "bytes")


def word(words: dict[str, Name], word_id: str, language: str) -> str:
    """The word of an id in `language`; the id itself when there is none."""
    found = words.get(word_id)
    return word_id if found is None else render(found, language)
