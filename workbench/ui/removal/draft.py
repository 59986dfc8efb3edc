"""A new request: for which report, to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.clock import jst_date
from workbench.domain.errors import M_, Message, WorkbenchError
from workbench.domain.removal import LAYERS
from workbench.domain.url import defang_host
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, label
from workbench.ui.removal.ladder import LAYER_NAMES
from workbench.ui.work import DeskWork

_CHANNELS: dict[str, Message] = {
    "form": M_("web form"),
    "mail": M_("mail"),
    "letter": M_("letter"),
    "sheet": M_("sheet"),
}


class DraftDialog(QDialog):
    """Report and addressee; nothing is sent, the draft goes to approval first."""

    def __init__(
        self,
        parent: QWidget,
        work: DeskWork,
        reports: list[dict[str, Any]],
        drafted: Callable[[dict[str, Any]], object],
        report: str = "",
    ) -> None:
        super().__init__(parent)
        self._work, self._drafted = work, drafted
        self.setWindowTitle(t(M_("New removal request")))
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(label(M_("New removal request"), "title"))
        self.notice = Notice()
        column.addWidget(self.notice)
        form = QFormLayout()
        form.setSpacing(10)
        self.report = QComboBox(editable=True)
        self.report.setAccessibleName(t(M_("Report")))
        for row in reports:
            host = t(M_("(not shown)")) if row["restricted"] else defang_host(row["host"])
            self.report.addItem(f"{row['number']}  {host}", row["number"])
        if report:
            self.report.setEditText(report)
        elif reports:
            self.report.setCurrentIndex(0)
        form.addRow(label(M_("Report")), self.report)
        self.addressee = QComboBox()
        self.addressee.setMaxVisibleItems(20)
        self.addressee.setAccessibleName(t(M_("Addressee")))
        today = jst_date(work.desk.clock())
        known = work.desk.reference.addressees.values()
        order = {layer: place for place, layer in enumerate(LAYERS)}
        for one in sorted(known, key=lambda a: (order.get(a.layer, 99), a.id)):
            if (one.valid_from and today < one.valid_from) or (
                one.valid_to and today > one.valid_to
            ):
                continue
            channel = t(_CHANNELS[one.channel])
            mark = t(M_(" (unconfirmed)")) if one.unconfirmed else ""
            text = f"{t(LAYER_NAMES[one.layer])}: {t(one.name)} · {channel}{mark}"
            self.addressee.addItem(text, one.id)
        form.addRow(label(M_("Addressee")), self.addressee)
        self.language = QComboBox()
        self.language.setAccessibleName(t(M_("Language of the letter")))
        for text, code in (
            (M_("as the addressee reads"), None),
            ("日本語", "ja"),
            ("English", "en"),
        ):
            self.language.addItem(t(text), code)
        form.addRow(label(M_("Language of the letter")), self.language)
        column.addLayout(form)
        hint = M_(
            "The letter is written now and goes to a supervisor for approval. It asks for voluntary co-operation."
        )
        column.addWidget(label(hint, "hint", wrap=True))
        buttons = QDialogButtonBox()
        buttons.addButton(t(M_("Back")), QDialogButtonBox.ButtonRole.RejectRole)
        self.go = buttons.addButton(t(M_("Draft")), QDialogButtonBox.ButtonRole.ActionRole)
        self.go.setProperty("primary", "yes")
        self.go.clicked.connect(self.draft)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def draft(self) -> None:
        """Write the draft and its letter."""
        text = self.report.currentText()
        chosen = self.report.currentData()
        number = chosen if chosen and text.startswith(chosen) else text.split(" ")[0].strip()
        addressee, language = self.addressee.currentData(), self.language.currentData()
        self.go.setEnabled(False)

        def done(result: dict[str, Any]) -> None:
            self._drafted(result)
            self.accept()

        def failed(error: WorkbenchError) -> None:
            self.go.setEnabled(True)
            self.notice.say_error(error)

        self._work.write(
            lambda: self._work.desk.removals.draft(number, addressee, language), done, failed
        )
