"""登録: paste URLs, see what would happen, add pictures, register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QPainter,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.desk.changes import Changes
from workbench.desk.imports import Checked
from workbench.desk.reports import Found
from workbench.domain.errors import M_, WorkbenchError
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import Notice, Pages, label, panel
from workbench.ui.design.painting import paint_chip
from workbench.ui.design.tables import paint_ground
from workbench.ui.design.theme import theme
from workbench.ui.register.draft import RegisterDraft
from workbench.ui.register.lists import SHOWN_ROWS, OpenedList
from workbench.ui.register.model import STATUSES, CheckedRole, CheckModel
from workbench.ui.register.pictures import PICTURE_ENDINGS, PicturesPanel
from workbench.ui.work import DeskWork

_CHECK_MS = 150


class _StatusDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        box: QRect = option.rect
        row: Checked = index.data(CheckedRole)
        name, tone, picture = STATUSES[row.status]
        paint_ground(self, painter, option, index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_chip(
            painter, box.left() + 6, box.center().y(), t(name), tone, picture, box.width() - 8
        )
        painter.restore()


class RegisterScreen(QWidget):
    """Nothing is written or fetched until the officer registers."""

    told = Signal(str)
    report_wanted = Signal(str)
    registered = Signal(list)
    # Path, source and number of rows of a list to be imported.
    list_wanted = Signal(object, str, int)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self._work = work
        self.setAcceptDrops(True)
        self.setProperty("fill", "window")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._text_panel(), 2)
        left.addWidget(self._check_panel(), 3)
        row.addLayout(left, 1)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self._found_panel())
        self.pictures = PicturesPanel(work.desk.clock)
        self.pictures.told.connect(lambda text: self._problem.say(text))
        right.addWidget(self.pictures, 1)
        right.addWidget(self._act_panel())
        holder = QWidget()
        holder.setFixedWidth(400)
        right.setContentsMargins(0, 0, 0, 0)
        holder.setLayout(right)
        row.addWidget(holder)
        self._pause = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._pause.timeout.connect(self._check)
        fields = {
            "words": self.words,
            "environment": self.environment,
            "receipt": self.receipt,
            "note": self.note,
        }
        self._draft = RegisterDraft(work, self.text, fields)
        self._draft.found.connect(self.pictures.give_back)
        self.pictures.changed.connect(lambda: self._draft.keep_pictures(self.pictures.taken))
        send = QShortcut(QKeySequence("Ctrl+Return"), self)
        send.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        send.activated.connect(self.register)
        self._show_counts()

    # --- what is where -----------------------------------------------------------------------

    def _text_panel(self) -> QFrame:
        frame, column, head = panel(
            M_("Paste URLs"), M_("one a line; URLs inside text are found too")
        )
        file_button = QPushButton(icon("mdi6.file-import-outline"), t(M_("Open a list…")))
        file_button.clicked.connect(self._open_list)
        clear_button = QPushButton(icon("mdi6.eraser"), t(M_("Clear")))
        head.addWidget(file_button)
        head.addWidget(clear_button)
        self.text = QPlainTextEdit()
        self.text.setFont(theme().font(mono=True))
        self.text.setAccessibleName(t(M_("Paste URLs")))
        self.text.setPlaceholderText("hxxps://kari-bank[.]example/login")
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._changed)
        clear_button.clicked.connect(self.text.clear)
        column.addWidget(self.text, 1)
        self.opened = OpenedList()
        self.opened.closed.connect(self._list_closed)
        column.addWidget(self.opened, 1)
        column.addWidget(label(M_("Checked on this computer only; nothing is fetched."), "caption"))
        return frame

    def _check_panel(self) -> QFrame:
        frame, column, head = panel(M_("Check"), M_("nothing is written before you register"))
        self._counts = label("", "caption")
        head.addWidget(self._counts)
        self.model = CheckModel()
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(t(M_("Check")))
        self.table.setItemDelegateForColumn(1, _StatusDelegate(self.table))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(theme().size("row"))
        header = self.table.horizontalHeader()
        header.setAccessibleName(self.table.accessibleName())
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, width in enumerate((48, 100, 420)):
            self.table.setColumnWidth(place, width)
        self.table.doubleClicked.connect(lambda index: self._open_known(index.row()))
        self._pages = Pages(self.table)
        column.addWidget(self._pages, 1)
        return frame

    def _found_panel(self) -> QFrame:
        frame, column, _ = panel(M_("How it was found"), M_("for all rows"))
        form = QFormLayout()
        form.setSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.source = QComboBox()
        self.source.setAccessibleName(t(M_("Source")))
        for word in self._work.desk.reference.sources.values():
            self.source.addItem(t(word.name), word.id)
        form.addRow(label(M_("Source")), self.source)
        self.words = _line(form, M_("Search words"))
        self.environment = _line(form, M_("Viewed with"))
        self.receipt = _line(form, M_("Receipt number"))
        self.note = _line(form, M_("Note"))
        column.addLayout(form)
        return frame

    def _act_panel(self) -> QFrame:
        panel = QFrame()
        panel.setProperty("panel", "yes")
        column = QVBoxLayout(panel)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        self._problem = Notice()
        column.addWidget(self._problem)
        self._will = label("", wrap=True)
        column.addWidget(self._will)
        self.button = QPushButton(icon("mdi6.tray-arrow-down", "on_accent"), "")
        self.button.setProperty("primary", "yes")
        self.button.clicked.connect(self.register)
        column.addWidget(self.button)
        return panel

    def leave(self) -> None:
        """The window closes or another officer takes the seat."""
        self._draft.leave()

    # --- checking -----------------------------------------------------------------------------

    def _changed(self) -> None:
        self._problem.hide()
        self._pause.start()

    def _check(self) -> None:
        if self.opened.path is not None:
            return
        text = self.text.toPlainText()
        self._work.read(
            lambda: self._work.desk.imports.check_text(text),
            self._checked,
            self._problem.say_error,
            key="check",
        )

    def _checked(self, rows: list[Checked]) -> None:
        if self.opened.path is not None:
            # A list was opened meanwhile.
            return
        self.model.take(rows)
        self._show_counts()

    def _show_counts(self) -> None:
        if self.model.rows:
            self._pages.show_content()
        elif self.opened.path is not None and self.opened.summary is None:
            self._pages.show_waiting()
        else:
            self._pages.show_empty(M_("Paste or type a URL above."), icon="mdi6.link-variant")
        counts = {status: self.model.count(status) for status in STATUSES}
        whole = self.opened.summary
        if whole is not None:
            self._show_list_counts(whole)
            return
        self._counts.setText(
            "  ".join(f"{t(name)} {counts[s]:,}" for s, (name, _, _) in STATUSES.items())
            if self.model.rows
            else ""
        )
        new, more = counts["new"], counts["known"] + counts["again"]
        usable = new + more
        self.button.setEnabled(usable > 0)
        text = t(M_("Register {n}", n=f"{usable:,}")) if usable else t(M_("Register"))
        self.button.setText(f"{text}  Ctrl+Enter")
        self.button.setAccessibleName(text)
        if not self.model.rows:
            self._will.setText(t(M_("What will be registered is said here.")))
            return
        self._will.setText(
            t(
                M_(
                    "New reports: {new}. More sightings of known ones: {more}. Not registered: {rejected}.",
                    new=f"{new:,}",
                    more=f"{more:,}",
                    rejected=f"{counts['rejected']:,}",
                )
            )
        )

    def _show_list_counts(self, whole: dict[str, Any]) -> None:
        self._counts.clear()
        rows = f"{whole['rows']:,}"
        text = t(M_("Import {n} rows", n=rows))
        self.button.setEnabled(self.opened.usable > 0)
        self.button.setText(f"{text}  Ctrl+Enter")
        self.button.setAccessibleName(text)
        self._will.setText(
            t(M_("The list is imported beside other work; its progress stands below."))
        )

    def _open_known(self, place: int) -> None:
        row = self.model.rows[place]
        if row.report is not None:
            self.report_wanted.emit(row.report["id"])

    # --- lists --------------------------------------------------------------------------------

    def _open_list(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, t(M_("Open a list…")))
        if name:
            self.open_list(Path(name))

    def open_list(self, path: Path) -> None:
        """Show what a list would bring; it is imported whole, beside other work."""
        self._problem.hide()
        self.opened.begin(path)
        self._show_text()
        desk = self._work.desk

        def failed(error: WorkbenchError) -> None:
            self.opened.close_list()
            self._problem.say_error(error)

        self._work.read(
            lambda: (path, desk.imports.preview(path, SHOWN_ROWS)),
            self._listed,
            failed,
            key="check",
        )

    def _listed(self, found: tuple[Path, dict[str, Any]]) -> None:
        path, summary = found
        if self.opened.path == path:
            self.opened.take(summary)
            self.model.take(summary["first"])
            self._show_counts()

    def _list_closed(self) -> None:
        self._show_text()
        self._check()

    def _show_text(self) -> None:
        """The text, or the list in its place; only the source counts for a list."""
        is_list = self.opened.path is not None
        self.text.setVisible(not is_list)
        for field in (self.words, self.environment, self.receipt, self.note):
            field.setEnabled(not is_list)
        self.model.take([])
        self._show_counts()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        pictures = [p for p in files if p.suffix.lower() in PICTURE_ENDINGS]
        self.pictures.add_files(pictures)
        lists = [path for path in files if path not in pictures]
        if lists:
            self.open_list(lists[0])
        if len(lists) > 1:
            self._problem.say(t(M_("One list at a time: {name} is shown.", name=lists[0].name)))
        if not files and event.mimeData().hasText():
            self.text.appendPlainText(event.mimeData().text())
        event.acceptProposedAction()

    # --- registering --------------------------------------------------------------------------

    def register(self) -> None:
        """Register every usable row; what cannot be registered stays in the text."""
        if self.opened.path is not None:
            self._import_list()
            return
        rows = [row for row in self.model.rows if row.draft is not None]
        if not rows or self._pause.isActive():
            return
        source = self.source.currentData()
        viewed = self.environment.text().strip()
        shared = Found(
            note=self.note.text().strip(),
            receipt_number=self.receipt.text().strip(),
            search_words=self.words.text().strip(),
            viewing_environment={"text": viewed} if viewed else {},
        )
        pictures = list(self.pictures.taken)
        desk = self._work.desk
        self.button.setEnabled(False)

        def call() -> Changes[list[dict[str, Any]]]:
            made = []
            touched: set[tuple[str, str]] = set()
            for place, row in enumerate(rows):
                assert row.draft is not None
                shots = pictures if place == 0 else []
                done = desk.reports.register(row.draft.url.entered, shots, source, shared)
                made.append(done.result)
                touched |= done.touched
            return Changes(made, frozenset(touched))

        self._work.write(call, self._registered, self._not_registered)

    def _import_list(self) -> None:
        path, summary = self.opened.path, self.opened.summary
        if path is not None and summary is not None and self.opened.usable:
            self.list_wanted.emit(path, self.source.currentData(), summary["rows"])
            self.opened.close_list()

    def _registered(self, made: list[dict[str, Any]]) -> None:
        new = sum(1 for one in made if one["status"] == "new")
        self.registered.emit([one["id"] for one in made if one["status"] == "new"])
        self.pictures.clear()
        self.note.clear()
        self.receipt.clear()
        left = [row for row in self.model.rows if row.draft is None]
        self.text.setPlainText("")
        self._draft.keep_now()
        text = M_("Registered: {new} new, {more} sightings.", new=new, more=len(made) - new)
        self.told.emit(t(text))
        if left:
            self._problem.say(t(M_("{n} rows could not be registered.", n=len(left))))

    def _not_registered(self, error: WorkbenchError) -> None:
        """Nothing typed is lost; rows written before the failure are known when checked again."""
        self._problem.say_error(error)
        self._check()


def _line(form: QFormLayout, name: Any) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(t(name))
    form.addRow(label(name), field)
    return field
