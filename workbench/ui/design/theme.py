"""Colours, fonts and the style sheet, generated from `tokens.json` (design roles, px at 100 %)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget


@cache
def tokens() -> dict[str, Any]:
    """The design tokens as they stand in the file."""
    path = Path(__file__).with_name("tokens.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Theme:
    """The look in one scheme (`light` or `dark`)."""

    scheme: str

    def hex(self, role: str) -> str:
        """`#rrggbb` of a colour role, for the style sheet."""
        return str(tokens()["colour"][self.scheme][role])

    def colour(self, role: str) -> QColor:
        """The colour of a role."""
        return _colour(self.hex(role))

    def size(self, name: str) -> int:
        """A named size in pixels."""
        return int(tokens()["size"][name])

    def font(self, kind: str = "body", *, bold: bool = False, mono: bool = False) -> QFont:
        """The font of a text kind: caption, body, reading, title, figure."""
        return _font(kind, bold, mono)


@cache
def _colour(hexa: str) -> QColor:
    return QColor(hexa)


@cache
def _font(kind: str, bold: bool, mono: bool) -> QFont:
    style = tokens()["type"][kind]
    font = QFont()
    families = ["Noto Sans Mono CJK JP"] if mono else []
    font.setFamilies(families + list(tokens()["type"]["family"]))
    font.setPixelSize(int(style["px"]))
    strong = bold or style["weight"] == 700
    font.setWeight(QFont.Weight.Bold if strong else QFont.Weight.Normal)
    return font


_theme = Theme("light")


def theme() -> Theme:
    """The theme in use."""
    return _theme


def system_scheme() -> str:
    """What the desktop asks for."""
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def apply_theme(application: QApplication, scheme: str) -> Theme:
    """Use `scheme` from now on: style, palette and font. The sheet is for `dress`."""
    global _theme
    _theme = Theme(scheme)
    application.setStyle("Fusion")
    application.setPalette(_palette(_theme))
    application.setFont(_theme.font())
    return _theme


def dress(top: QWidget) -> None:
    """Give a finished top-level widget the style sheet.

    Not the application: then every widget put into another while a screen is built would be
    styled again with all it holds, which is most of a screen's time to start.
    """
    top.setStyleSheet(style_sheet(_theme))


def _palette(look: Theme) -> QPalette:
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, name in (
        (roles.Window, "window"),
        (roles.WindowText, "text"),
        (roles.Base, "surface"),
        (roles.AlternateBase, "row_alt"),
        (roles.Text, "text"),
        (roles.PlaceholderText, "text_3"),
        (roles.Button, "surface"),
        (roles.ButtonText, "text"),
        (roles.Highlight, "selected"),
        (roles.HighlightedText, "text"),
        (roles.ToolTipBase, "tooltip"),
        (roles.ToolTipText, "tooltip_text"),
        (roles.Link, "accent_text"),
        (roles.Accent, "accent"),
        (roles.Mid, "line_strong"),
        (roles.Dark, "line_strong"),
        (roles.Light, "surface"),
    ):
        palette.setColor(role, look.colour(name))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, look.colour("text_3"))
    return palette


def style_sheet(look: Theme) -> str:
    """The style sheet: fonts, fills, one-pixel borders, focus."""
    values = {role: look.hex(role) for role in tokens()["colour"][look.scheme]}
    values |= {f"px_{name}": str(size) for name, size in tokens()["size"].items()}
    folder = Path(__file__).parent.as_posix()
    values |= {name: f'url("{folder}/{name}-{look.scheme}.svg")' for name in ("check", "chevron")}
    sheet = _SHEET
    for name, value in values.items():
        sheet = sheet.replace(f"@{name};", f"{value};")
    return sheet


_SHEET = """
QWidget { color: @text; font-size: 13px; }
QMainWindow, QDialog, QWidget[fill="window"] { background: @window; }
QToolTip { background: @tooltip; color: @tooltip_text; border: 0; padding: 4px; font-size: 12px; }
QLabel, QCheckBox, QRadioButton { background: transparent; }
QLabel[kind="title"] { font-size: 16px; font-weight: 700; }
QLabel[kind="figure"] { font-size: 22px; font-weight: 700; }
QLabel[kind="strong"] { font-weight: 700; }
QLabel[kind="caption"] { font-size: 12px; color: @text_2; }
QLabel[kind="hint"] { color: @text_2; }
QLabel[tone="bad"] { color: @bad_text; }
QLabel[tone="wait"] { color: @wait_text; }
QLabel[tone="good"] { color: @good_text; }

QFrame[panel="yes"] { background: @surface; border: 1px solid @line; border-radius: 6px; }
QFrame[panel="flat"], QScrollArea[panel="flat"] > QWidget > QWidget { background: @surface; border: 0; }
QFrame[panel="sunken"] { background: @row_alt; border: 1px solid @line; border-radius: 4px; }
QFrame[bar="top"] { background: @surface; border: 0; border-bottom: 1px solid @line; }
QFrame[bar="status"] { background: @sunken; border: 0; border-top: 1px solid @line; }
QFrame[bar="status"] QLabel { font-size: 12px; color: @text_2; }
QFrame[bar="rail"] { background: @rail; border: 0; border-right: 1px solid @line; }
QFrame[rule="h"] { background: @line; border: 0; max-height: 1px; min-height: 1px; }

.QFrame[tone="practice"] { background: @practice; border: 0; border-radius: 4px; }
.QFrame[tone="practice"] QLabel { color: @practice_text; font-weight: 700; }
QFrame[notice="yes"][tone="hold"] { background: @hold_soft; border: 0; border-left: 4px solid @hold; border-radius: 4px; }
QFrame[notice="yes"][tone="hold"] QLabel { color: @hold_text; }
QFrame[notice="yes"][tone="bad"] { background: @bad_soft; border: 0; border-left: 4px solid @bad; border-radius: 4px; }
QFrame[notice="yes"][tone="bad"] QLabel { color: @bad_text; }
QFrame[notice="yes"][tone="wait"] { background: @wait_soft; border: 0; border-left: 4px solid @wait; border-radius: 4px; }
QFrame[notice="yes"][tone="wait"] QLabel { color: @wait_text; }
QFrame[notice="yes"][tone="good"] { background: @good_soft; border: 0; border-left: 4px solid @good; border-radius: 4px; }
QFrame[notice="yes"][tone="good"] QLabel { color: @good_text; }

QPushButton, QComboBox, QLineEdit, QDateEdit, QSpinBox {
  background: @surface; border: 1px solid @line_strong; border-radius: 4px;
  min-height: 28px; padding: 0 10px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed, QPushButton:checked { background: @selected; }
QPushButton:disabled, QComboBox:disabled, QLineEdit:disabled { color: @text_3; border-color: @line; background: @window; }
QPushButton:focus, QComboBox:focus, QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus {
  border: 2px solid @focus; padding: 0 9px; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 3px; }
QPushButton[primary="yes"] { background: @accent; color: @on_accent; border: 1px solid @accent;
  font-weight: 700; min-height: 34px; padding: 0 18px; }
QPushButton[primary="yes"]:hover { background: @accent_hover; }
QPushButton[primary="yes"]:focus { border: 2px solid @text; padding: 0 17px; }
QPushButton[primary="yes"]:disabled { background: @sunken; color: @text_3; border-color: @line; }
QPushButton[plain="yes"] { border: 0; background: transparent; padding: 0 6px; }
QPushButton[plain="yes"]:hover { background: @hover; }
QPushButton::menu-indicator { width: 0; }
QPushButton[plain="yes"]:focus { border: 2px solid @focus; padding: 0 4px; }
QLineEdit { padding: 0 8px; selection-background-color: @accent; selection-color: @on_accent; }
QComboBox::drop-down { border: 0; width: 24px; }
QComboBox::down-arrow { image: @chevron; width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @line_strong; outline: 0;
  selection-background-color: @selected; selection-color: @text; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: @surface; border: 1px solid @line_strong; border-radius: 4px;
  padding: 4px; selection-background-color: @accent; selection-color: @on_accent; }
QTextBrowser[reading="yes"], QTextEdit[reading="yes"] { border: 0; font-size: 14px; }
QSpinBox { padding: 0 6px; }
QSpinBox QLineEdit, QSpinBox QLineEdit:focus { border: 0; padding: 0; min-height: 0; background: transparent; }
QSpinBox::up-button, QSpinBox::down-button { subcontrol-origin: border; width: 0; height: 0; border: 0; }
QCheckBox, QRadioButton { spacing: 6px; min-height: 24px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid @line_strong; border-radius: 3px; background: @surface; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: @check; }
QCheckBox::indicator:disabled { border-color: @line; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid @focus; border-radius: 4px; }

QFrame[bar="rail"] QToolButton { background: transparent; border: 0; border-left: 4px solid transparent;
  min-width: 64px; min-height: 56px; padding: 2px 4px 2px 0; font-size: 13px; color: @text_2; }
QFrame[bar="rail"] QToolButton:hover { background: @hover; }
QFrame[bar="rail"] QToolButton:checked { background: @surface; border-left: 4px solid @accent; font-weight: 700; color: @accent_text; }
QFrame[bar="rail"] QToolButton:focus { border: 2px solid @focus; }

QTabBar QToolButton { background: @surface; border: 1px solid @line; }
QTableView, QListView, QTreeView { background: @surface; border: 0; outline: 0; gridline-color: @line;
  selection-background-color: @selected; selection-color: @text; alternate-background-color: @row_alt; }
QHeaderView { background: @sunken; }
QHeaderView::section { background: @sunken; border: 0; border-bottom: 1px solid @line; padding: 0 8px;
  min-height: 27px; font-weight: 700; font-size: 12px; color: @text_2; }
QTabWidget::pane { border: 0; border-top: 1px solid @line; background: @surface; }
QTabBar { background: @surface; }
QTabBar::tab { background: transparent; border: 0; border-bottom: 3px solid transparent; padding: 7px 9px; color: @text_2; }
QTabBar::tab:hover { background: @hover; }
QTabBar::tab:selected { border-bottom: 3px solid @accent; color: @accent_text; font-weight: 700; }
QTabBar::tab:focus { background: @accent_soft; }
QSplitter::handle { background: @line; }
QSplitter::handle:hover { background: @line_strong; }
QProgressBar { border: 0; background: @line; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QScrollArea, QStackedWidget { background: transparent; border: 0; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: @line_strong; min-height: 28px; border-radius: 4px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: @line_strong; min-width: 28px; border-radius: 4px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QMenu { background: @surface; border: 1px solid @line_strong; padding: 4px; }
QMenu::item { padding: 5px 22px; border-radius: 3px; }
QMenu::item:selected { background: @selected; }
"""
