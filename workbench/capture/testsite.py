"""A local test site of invented, harmless pages, for the practice run and the tests."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from PIL import Image, ImageDraw, ImageFont

_CJK_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "C:/Windows/Fonts/YuGothM.ttc",
    "C:/Windows/Fonts/meiryo.ttc",
)


@dataclass(frozen=True)
class SamplePage:
    """One invented page; `charset` is how its bytes are written."""

    path: str
    title: str
    lines: tuple[str, ...]
    charset: str = "utf-8"

    def body(self) -> bytes:
        """The page's bytes."""
        text = "".join(f"<p>{line}</p>" for line in self.lines)
        html = (
            f'<!doctype html><html lang="ja"><head><meta charset="{self.charset}">'
            f"<title>{self.title}</title></head><body><h1>{self.title}</h1>{text}</body></html>"
        )
        return html.encode(self.charset)


PAGES = (
    SamplePage(
        "/minato-bank/login",
        "みなと架空銀行 ご本人確認",
        (
            "【重要】お客様の口座のご利用を一時停止しました。",
            "24時間以内に下記のフォームから店番号、口座番号、ログインパスワード及び確認番号を入力し、本人確認を完了してください。",
            "手続きがない場合、口座は凍結されます。みなと架空銀行 セキュリティセンター",
        ),
    ),
    SamplePage(
        "/board/41",
        "高額案件掲示板",
        (
            "即日即金。荷物を受け取って渡すだけの簡単な仕事です。日当10万円以上、身分証の写真だけで採用。",
            "ホワイト案件ではありませんが捕まりません。詳しくは秘匿性の高いアプリで。テレグラム @kakuu_shigoto_000",
        ),
    ),
    SamplePage(
        "/shop/sale",
        "特価ブランド市場",
        (
            "有名ブランドの新品が全品90%OFF。在庫限り、銀行振込のみの受付です。",
            "会社概要の住所と電話番号は準備中。返品と交換はできません。",
        ),
        "cp932",
    ),
    SamplePage(
        "/blog/curry",
        "週末のカレー日記",
        (
            "日曜の昼は玉ねぎを40分炒めてカレーを作りました。隠し味は味噌を小さじ1杯。",
            "次は庭のトマトが採れたら夏野菜で試してみます。",
        ),
        "euc_jp",
    ),
)


def sample_screenshot(page: SamplePage) -> bytes:
    """A generated PNG that says it is for practice, with the page's title; the same every time."""
    image = Image.new("RGB", (800, 500), "#f2f4f6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 799, 56), fill="#3b2a63")
    draw.rectangle((40, 100, 759, 459), outline="#788695", width=2)
    font, japanese = _font(24)
    draw.text((24, 14), "練習用の画像" if japanese else "PRACTICE PICTURE", "white", font)
    draw.text((64, 130), page.title if japanese else page.path, "#18222c", font)
    draw.text((64, 190), page.path, "#44525f", font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _font(size: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    for path in _CJK_FONTS:
        try:
            return ImageFont.truetype(path, size), True
        except OSError:
            continue
    return ImageFont.load_default(size), False


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with a sample page, or 404."""
        page = next((p for p in PAGES if p.path == self.path), None)
        body = page.body() if page else b"not found"
        charset = page.charset if page else "utf-8"
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", f"text/html; charset={charset}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the program."""


class TestSite:
    """`with TestSite() as site:` serves the pages on a free loopback port."""

    __test__ = False

    def __enter__(self) -> TestSite:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        # Asked to stop, it looks up only this often.
        looking_up = {"poll_interval": 0.02}
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs=looking_up, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, for `capture.allow_hosts`."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"
