"""`index.html` of a package: plain, offline, with a strict content-security policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workbench.documents.handover_sections import handover_sections
from workbench.documents.typesetting import printable
from workbench.domain.errors import M_
from workbench.messages import render

_STYLE = """
body{font-family:'Noto Sans CJK JP','Noto Sans JP','Yu Gothic',Meiryo,sans-serif;margin:2rem auto;
max-width:60rem;padding:0 1rem;color:#18222c;background:#fff;line-height:1.6}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{border:1px solid #d9dfe5;padding:.35rem .6rem;text-align:left;vertical-align:top}
th{width:14rem;font-weight:400;background:#f2f4f6}
.exact{font-family:'Noto Sans Mono CJK JP',Consolas,monospace;overflow-wrap:anywhere;
white-space:pre-wrap}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:2px solid #1b5da6;padding-bottom:.2rem}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def package_page(
    content: Mapping[str, Any],
    approval: Mapping[str, Any],
    chains: Sequence[Mapping[str, Any]],
    fingerprint: str,
    language: str,
) -> bytes:
    """The page; values are text only: no link, no script, no picture, no network."""
    title = render(M_("Case hand-over report"), language)
    number = content["referral"]["number"]
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{_text(f'{title} {number}')}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_text(f'{title} {number}')}</h1>",
        f"<p>{_text(render(M_('Run `workbench verify` on the zip file to check every hash, chain and signature.'), language))}</p>",
    ]
    for section in handover_sections(content, approval, chains, fingerprint, language):
        parts.append(f"<h2>{_text(section.title)}</h2>")
        for group in section.groups:
            parts.append("<table>")
            for line in group:
                kind = ' class="exact"' if line.exact else ""
                parts.append(
                    f'<tr><th scope="row">{_text(line.label)}</th>'
                    f"<td{kind}>{_text(line.value)}</td></tr>"
                )
            parts.append("</table>")
    parts.append("</body></html>\n")
    return "".join(parts).encode()


def _text(value: str) -> str:
    return escape(str(printable(value)))
