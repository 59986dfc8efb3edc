"""The pages of one of our own PDF files as pixels, for a preview."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2


@dataclass(frozen=True)
class PagePixels:
    """One page: width and height in pixels, `rgb` row by row without padding."""

    width: int
    height: int
    rgb: bytes


def letter_pages(pdf: bytes, width: int, most: int = 20) -> list[PagePixels]:
    """The first pages of `pdf`, each `width` pixels wide.

    Only for files this program has written; a PDF from outside is never opened here.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for number in range(min(len(document), most)):
            page = document[number]
            bitmap = page.render(scale=width / page.get_width(), rev_byteorder=True)
            image = bitmap.to_pil().convert("RGB")
            pages.append(PagePixels(image.width, image.height, image.tobytes()))
        return pages
    finally:
        document.close()
