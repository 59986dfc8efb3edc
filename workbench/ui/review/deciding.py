"""The bar that decides: candidates on digit keys, reasons on digit keys, measures, Enter."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.domain.decision import NEEDS_REVIEW, NOT_APPLICABLE
from workbench.domain.errors import M_, Message
from workbench.reference.data import Category, Reference
from workbench.ui.design.flow import FlowLayout
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.design.pages import label
from workbench.ui.design.painting import paint_bar, paint_text
from workbench.ui.design.theme import theme

_CANDIDATES = 8
_LEAST_PROBABILITY = 0.01
_REASONS = 6
_MEASURES = 6
_REASON_HEIGHT = 30


@dataclass(frozen=True)
class Finding:
    """What the officer is about to decide."""

    category: str
    reason: str
    measures: tuple[str, ...]
    level: str | None


class KeyButton(QAbstractButton):
    """A digit key and what it chooses; with how probable the classifier finds it, if it says.

    Made once and filled anew for every report: making widgets is what costs time.
    """

    def __init__(self, digit: str, height: int = 42) -> None:
        super().__init__()
        self._digit, self._name = digit, ""
        self._probability: float | None = None
        self._height = height
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def fill(self, name: str, probability: float | None, full: str) -> None:
        """What the key stands for now."""
        self._name, self._probability = name, probability
        told = "" if probability is None else f" {probability:.2f}"
        self.setAccessibleName(f"{self._digit} {name}{told}")
        self.setToolTip(full)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._height)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(1, 1, -2, -2)
        chosen, focused = self.isChecked(), self.hasFocus()
        role = "selected" if chosen else "hover" if self.underMouse() else "surface"
        edge = "accent" if chosen else "focus" if focused else "line_strong"
        painter.setBrush(look.colour(role))
        painter.setPen(QPen(look.colour(edge), 2 if chosen or focused else 1))
        painter.drawRoundedRect(box, 4, 4)
        key = QRect(8, box.center().y() - 10, 20, 20)
        painter.setPen(look.colour("line_strong"))
        painter.setBrush(look.colour("surface"))
        painter.drawRoundedRect(key, 3, 3)
        centre = Qt.AlignmentFlag.AlignHCenter
        paint_text(painter, key, self._digit, "text_2", "caption", align=centre)
        left = 36
        text = QRect(left, 5, box.right() - left - 6, 18)
        if self._probability is None:
            text = QRect(left, 2, box.right() - left - 6, box.height())
            paint_text(painter, text, self._name, bold=chosen)
            return
        paint_text(painter, text, self._name, bold=chosen)
        bar = QRect(left, 30, box.right() - left - 46, 5)
        paint_bar(painter, bar, self._probability, "accent")
        value = QRect(box.right() - 40, 23, 34, 18)
        right = Qt.AlignmentFlag.AlignRight
        paint_text(painter, value, f"{self._probability:.2f}", "text_2", "caption", align=right)


class DecidingBar(QFrame):
    """Candidates, measures and reason of one report; `decided` carries the finding."""

    decided = Signal(object)
    review_asked = Signal(object)
    skipped = Signal()
    undone = Signal()

    def __init__(self, reference: Reference) -> None:
        super().__init__()
        self.setProperty("panel", "flat")
        self._reference = reference
        self._category: Category | None = None
        self._choices: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._reason_keys: list[KeyButton] = []
        self._given: list[str] = []
        self._filling = False
        self._ready = False
        self._reason_stage = False
        self._short_decide = False
        self._has_pictures = False
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(8)
        head = QHBoxLayout()
        self._told = label("", "caption")
        self._law = label("", "caption")
        head.addWidget(self._told)
        head.addStretch(1)
        head.addWidget(self._law)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setSpacing(6)
        column.addLayout(grid)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        for place, digit in enumerate("1234567890"):
            button = KeyButton(digit)
            button.clicked.connect(lambda _=False, d=digit: self.press_digit(d, fresh=True))
            self._group.addButton(button, int(digit))
            grid.addWidget(button, place // 5, place % 5)
        for number in range(5):
            grid.setColumnStretch(number, 1)
        self.others = QComboBox()
        self.others.setAccessibleName(t(M_("Find another category")))
        self.others.setMaxVisibleItems(24)
        self.others.activated.connect(self._other_chosen)
        for category in reference.categories.values():
            if category.id != NEEDS_REVIEW:
                self.others.addItem(t(category.name), category.id)
        self.others.hide()
        column.addWidget(self.others)
        measures = FlowLayout(14)
        column.addLayout(measures)
        measures.addWidget(label(M_("Measures"), "strong"))
        self._no_category = label(M_("(choose a category first)"), "caption")
        measures.addWidget(self._no_category)
        self._boxes: list[QCheckBox] = []
        for _ in range(_MEASURES):
            box = QCheckBox()
            box.toggled.connect(self._refresh)
            self._boxes.append(box)
            measures.addWidget(box)
        self._measures: dict[str, QCheckBox] = {}
        reasons = QHBoxLayout()
        reasons.setSpacing(8)
        reasons.addWidget(label(M_("Reason"), "strong"))
        self.reason = QLineEdit(placeholderText=t(M_("Choose a reason or write one")))
        self.reason.setAccessibleName(t(M_("Reason")))
        self.reason.setMinimumWidth(180)
        self.reason.textChanged.connect(self._refresh)
        reasons.addWidget(self.reason, 1)
        column.addLayout(reasons)
        # Two rows are always there, so that nothing moves under the officer's hand.
        reason_grid = QGridLayout()
        reason_grid.setSpacing(6)
        reason_grid.setContentsMargins(0, 0, 0, 0)
        reason_keys = QWidget()
        reason_keys.setFixedHeight(2 * _REASON_HEIGHT + 6)
        reason_keys.setLayout(reason_grid)
        for place in range(_REASONS):
            button = KeyButton(str(place + 1), _REASON_HEIGHT)
            button.clicked.connect(lambda _=False, n=place: self._give_reason(n))
            self._reason_keys.append(button)
            reason_grid.addWidget(button, place // 3, place % 3)
            keep = button.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            button.setSizePolicy(keep)
        for number in range(3):
            reason_grid.setColumnStretch(number, 1)
        column.addWidget(reason_keys)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self._after = label("", "caption")
        self._after.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        foot.addWidget(self._after, 1)
        self.level = QComboBox()
        self.level.setAccessibleName(t(M_("Handling of the pictures")))
        for value, text in (
            (None, M_("Pictures: leave as they are")),
            ("S0", M_("Pictures: S0 normal")),
            ("S1", M_("Pictures: S1 blurred")),
            ("S2", M_("Pictures: S2 masked")),
        ):
            self.level.addItem(t(text), value)
        foot.addWidget(self.level)
        self._acts: list[tuple[QPushButton, str, str]] = []
        self.undo_button = self._button(M_("Undo"), "Ctrl+Z", "mdi6.undo-variant")
        self.undo_button.clicked.connect(lambda _=False: self.undone.emit())
        self.skip_button = self._button(M_("Skip"), "F4", "mdi6.skip-next-outline")
        self.skip_button.clicked.connect(lambda _=False: self.skipped.emit())
        self.ask_button = self._button(M_("Needs review"), "F2", "mdi6.help-circle-outline")
        self.ask_button.clicked.connect(self.ask_review)
        for button in (self.undo_button, self.skip_button, self.ask_button):
            foot.addWidget(button)
        self.decide_button = QPushButton()
        self.decide_button.setProperty("primary", "yes")
        self.decide_button.clicked.connect(self.decide)
        foot.addWidget(self.decide_button)
        column.addLayout(foot)
        self.clear()

    def clear(self) -> None:
        """No report: nothing to choose."""
        self._fill([], [], False)
        self._told.setText("")
        self.set_ready(False)

    @property
    def is_ready(self) -> bool:
        """Whether a finding can be made now."""
        return self._ready

    @property
    def begun(self) -> bool:
        """Whether the officer has chosen or written anything."""
        return self._category is not None or bool(self.reason.text().strip())

    def set_ready(self, ready: bool) -> None:
        """Take findings, or none while there is no report or one is being written."""
        self._ready = ready
        for button in (self.skip_button, self.ask_button):
            button.setEnabled(ready or button is self.skip_button)
        self._refresh()

    def offer(
        self, labels: list[list[Any]], abstained: bool, has_pictures: bool, model: str
    ) -> None:
        """Offer the categories the classifier's labels propose; `labels` highest first."""
        candidates: list[tuple[str, str, float | None]] = []
        last: list[tuple[str, str, float | None]] = [
            (NOT_APPLICABLE, t(self._reference.categories[NOT_APPLICABLE].name), None)
        ]
        seen = {NOT_APPLICABLE}
        for name, probability in labels:
            found = self._reference.labels[name]
            category_id = found.categories[0]
            if category_id == NOT_APPLICABLE:
                last = [(category_id, last[0][1], float(probability))]
            elif category_id not in seen and probability >= _LEAST_PROBABILITY:
                seen.add(category_id)
                candidates.append((category_id, t(found.name), float(probability)))
        told = t(M_("Proposed by {model}", model=model)) if model else t(M_("Not assessed yet"))
        if abstained:
            told += " · " + t(M_("The classifier is not sure"))
        self._told.setText(told)
        self._fill(candidates[:_CANDIDATES], last, has_pictures)
        self.set_ready(True)

    def _fill(
        self,
        candidates: list[tuple[str, str, float | None]],
        last: list[tuple[str, str, float | None]],
        has_pictures: bool,
    ) -> None:
        self._filling = True
        self._has_pictures = has_pictures
        self._choices = {}
        self._names = {}
        rows = [(str(place), *candidate) for place, candidate in enumerate(candidates, start=1)]
        rows += [("9", *candidate) for candidate in last]
        for digit, category_id, name, probability in rows:
            self._names[category_id] = name
            self._choices[digit] = category_id
            full = t(self._reference.categories[category_id].name)
            self._key(digit).fill(name, probability, full)
        if last:
            self._choices["0"] = ""
            other = t(M_("Find another…"))
            self._key("0").fill(other, None, other)
        for digit in "1234567890":
            self._key(digit).setVisible(digit in self._choices)
        self.others.hide()
        self.others.setCurrentIndex(-1)
        self.reason.clear()
        self.level.setCurrentIndex(0)
        self.level.setVisible(has_pictures)
        self._filling = False
        self._choose(None)

    def _key(self, digit: str) -> KeyButton:
        button = self._group.button(int(digit))
        assert isinstance(button, KeyButton)
        return button

    def press_digit(self, digit: str, *, fresh: bool = False) -> bool:
        """A digit: the candidate first, then its reason. False when it stands for nothing."""
        if self._reason_stage and not fresh:
            place = int(digit) - 1
            if 0 <= place < len(self._given):
                self._give_reason(place)
                return True
            return False
        if digit not in self._choices:
            return False
        self._group.button(int(digit)).setChecked(True)
        if digit == "0":
            self.others.show()
            self.others.setFocus()
            self.others.showPopup()
        else:
            self.others.hide()
            self._choose(self._choices[digit])
        return True

    def step_back(self) -> bool:
        """From the reason back to the candidates; False when there was nothing to undo."""
        if self._category is None:
            return False
        self._choose(None)
        return True

    def _other_chosen(self, place: int) -> None:
        self._choose(self.others.itemData(place))

    def _choose(self, category_id: str | None) -> None:
        self._category = None if category_id is None else self._reference.categories[category_id]
        self._reason_stage = self._category is not None
        if category_id is None:
            self._group.setExclusive(False)
            for button in self._group.buttons():
                button.setChecked(False)
            self._group.setExclusive(True)
        self._filling = True
        self._show_measures()
        self._show_reasons()
        self._filling = False
        self._refresh()

    def _show_measures(self) -> None:
        usual = self._category.measures[:_MEASURES] if self._category else ()
        self._measures = dict(zip(usual, self._boxes, strict=False))
        for place, (name, box) in enumerate(self._measures.items()):
            box.setText(t(self._reference.measures[name].name))
            box.setChecked(place == 0 and name != "none")
        for place, box in enumerate(self._boxes):
            box.setVisible(place < len(usual))
        self._no_category.setVisible(not usual)

    def _show_reasons(self) -> None:
        fitting = self._reference.reasons_for(self._category.cls) if self._category else []
        self._given = [t(reason.name) for reason in fitting[:_REASONS]]
        for place, button in enumerate(self._reason_keys):
            button.setChecked(False)
            button.setVisible(place < len(self._given))
            if place < len(self._given):
                button.fill(self._given[place], None, self._given[place])

    def _give_reason(self, place: int) -> None:
        for other, button in enumerate(self._reason_keys):
            button.setChecked(other == place)
        self.reason.setText(self._given[place])

    def _refresh(self) -> None:
        if self._filling:
            return
        category = self._category
        ready = self._ready and category is not None and bool(self.reason.text().strip())
        self.decide_button.setEnabled(ready)
        if category is None:
            self.decide_button.setText(t(M_("Decide")))
            self._law.setText("")
            self._after.setText("")
        else:
            name = self._names.get(category.id) or t(category.name)
            most, key = (6, "") if self._short_decide else (16, "  Enter")
            self.decide_button.setText(t(M_("Decide: {name}", name=_short(name, most))) + key)
            self.decide_button.setToolTip(t(category.name))
            mark = t(M_(" (unconfirmed)")) if category.unconfirmed and category.law else ""
            self._law.setText(category.law[:60] + mark)
            chosen = [t(self._reference.measures[m].name) for m in self._chosen()]
            measures = "、".join(chosen) if chosen else t(M_("no measure"))
            self._after.setText(t(M_("After this: {measures}", measures=measures)))
            self._after.setToolTip(self._after.text())
        if self.decide_button.accessibleName() != self.decide_button.text():
            self.decide_button.setAccessibleName(self.decide_button.text())
            self.decide_button.setMinimumWidth(self.decide_button.sizeHint().width())

    def _chosen(self) -> tuple[str, ...]:
        return tuple(name for name, box in self._measures.items() if box.isChecked())

    def finding(self) -> Finding | None:
        """What would be decided now; None while category or reason is missing."""
        reason = self.reason.text().strip()
        if not self._ready or self._category is None or not reason:
            return None
        level = self.level.currentData() if self._has_pictures else None
        return Finding(self._category.id, reason, self._chosen(), level)

    def decide(self) -> None:
        """Send the finding on, or show what is missing."""
        finding = self.finding()
        if finding is not None:
            self.decided.emit(finding)
        elif self._category is not None:
            self.reason.setFocus()

    def ask_review(self) -> None:
        """Keep the report open for another look, with the reason written so far."""
        reason = self.reason.text().strip() or t(M_("Another look is needed"))
        self.review_asked.emit(Finding(NEEDS_REVIEW, reason, (), None))

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the keys are left to the tooltips."""
        for button, text, key in self._acts:
            button.setText(text if narrow else f"{text}  {key}")
            button.setMinimumWidth(button.sizeHint().width())
        self._after.setVisible(not narrow)
        self.level.setMaximumWidth(100 if narrow else 16_777_215)
        self._short_decide = narrow
        self._refresh()

    def _button(self, text: Message, key: str, icon_name: str) -> QPushButton:
        button = QPushButton(icon(icon_name), f"{t(text)}  {key}")
        button.setAccessibleName(t(text))
        button.setToolTip(f"{t(text)}  {key}")
        self._acts.append((button, t(text), key))
        return button


def digit_of(text: str) -> str | None:
    """The digit a key gave, also as a full-width one from an input method; else None."""
    folded = unicodedata.normalize("NFKC", text)
    return folded if len(folded) == 1 and folded in "0123456789" else None


def _short(text: str, most: int = 12) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
