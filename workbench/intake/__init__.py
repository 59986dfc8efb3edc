"""From files, pasted text and mail to report drafts; nothing is fetched, nothing is lost silently."""

from workbench.intake.drafts import Draft, Rejection
from workbench.intake.pasted import find_urls, read_text
from workbench.intake.reading import read_file
from workbench.intake.sniffing import FileKind, sniff

__all__ = ["Draft", "FileKind", "Rejection", "find_urls", "read_file", "read_text", "sniff"]
