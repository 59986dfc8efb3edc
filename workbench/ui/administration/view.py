"""管理: sections as tabs."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from workbench.domain.errors import M_
from workbench.ui.administration.audit import AuditSection
from workbench.ui.administration.officers import OfficersSection
from workbench.ui.administration.reference import ReferenceSection
from workbench.ui.administration.settings import SettingsSection
from workbench.ui.design.icons import icon
from workbench.ui.design.language import t
from workbench.ui.work import DeskWork


class AdministrationScreen(QWidget):
    """What an officer may not change is shown and says so by being disabled."""

    told = Signal(str)

    def __init__(self, work: DeskWork) -> None:
        super().__init__()
        self.setProperty("fill", "window")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 12)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(t(M_("Administration")))
        self.officers = OfficersSection(work)
        self.settings = SettingsSection(work)
        self.reference = ReferenceSection(work)
        self.audit = AuditSection(work)
        for section, name, picture in (
            (self.officers, M_("Officers"), "mdi6.account-multiple-outline"),
            (self.settings, M_("Settings"), "mdi6.tune"),
            (self.reference, M_("Categories and addressees"), "mdi6.book-open-outline"),
            (self.audit, M_("Storage and audit"), "mdi6.shield-check-outline"),
        ):
            page = QWidget()
            page.setProperty("fill", "window")
            inside = QVBoxLayout(page)
            inside.setContentsMargins(0, 10, 0, 0)
            inside.addWidget(section)
            section.told.connect(self.told.emit)
            self.tabs.addTab(page, icon(picture), t(name))
        column.addWidget(self.tabs)
