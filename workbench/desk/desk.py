"""The Desk: the one object that makes things happen, for command line and window alike."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from workbench.desk.approvals import Approvals
from workbench.desk.assessments import Assessments
from workbench.desk.audit import Audit
from workbench.desk.backups import Backups
from workbench.desk.captures import Captures
from workbench.desk.cases import Cases
from workbench.desk.drafts import Drafts
from workbench.desk.exhibits import Exhibits
from workbench.desk.exposure import Exposures
from workbench.desk.imports import Imports
from workbench.desk.officers import Officers
from workbench.desk.opening import Opened
from workbench.desk.packages import Packages
from workbench.desk.queue import Queue
from workbench.desk.referrals import Referrals
from workbench.desk.removals import Removals
from workbench.desk.reports import Reports
from workbench.desk.reviews import Reviews
from workbench.desk.statistics import Statistics
from workbench.desk.weights import WeightsOfPriority
from workbench.domain.clock import Clock, system_clock
from workbench.evidence.vault import Vault
from workbench.keys.signing import SigningKey, unwrap_signing_key
from workbench.keys.wrapping import derive
from workbench.reference import Reference
from workbench.reference import load as load_reference
from workbench.reference.folders import data_folder, models_folder
from workbench.settings import SETTINGS, Settings, load_policy
from workbench.store import officers as stored_officers
from workbench.store.store import Reading, Row

if TYPE_CHECKING:
    # scikit-learn takes seconds to load; most commands never need it.
    from classifiers.triage import Triage


class Desk:
    """An officer at an open store. Every method of its parts is one transaction."""

    def __init__(
        self,
        opened: Opened,
        settings: Settings | None = None,
        clock: Clock = system_clock,
        reference: Reference | None = None,
    ) -> None:
        """Take an opened store; NotAllowed when a practice-only setting is given for a real one."""
        self.store = opened.store
        self.officer = opened.officer
        self.data_key = opened.data_key
        self.settings = settings or Settings()
        self.settings.check_practice(self.store.practice)
        self.clock = clock
        self._reference = reference
        self.policy = load_policy()
        self.exhibit_key = derive(self.data_key, "exhibits")
        self.vault = Vault(self.store.folder / "vault")
        self.exhibits = Exhibits(self)
        self.exposure = Exposures(self)
        self.approvals = Approvals(self)
        self.drafts = Drafts(self)
        self.reports = Reports(self)
        self.imports = Imports(self)
        self.captures = Captures(self)
        self.assessments = Assessments(self)
        self.queue = Queue(self)
        self.weights = WeightsOfPriority(self)
        self.reviews = Reviews(self)
        self.removals = Removals(self)
        self.cases = Cases(self)
        self.referrals = Referrals(self)
        self.packages = Packages(self)
        self.statistics = Statistics(self)
        self.officers = Officers(self)
        self.audit = Audit(self)
        self.backups = Backups(self)

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    @cached_property
    def reference(self) -> Reference:
        """The reference data, loaded once."""
        return self._reference or load_reference(data_folder() / "reference")

    @cached_property
    def triage(self) -> Triage:
        """The classifier, loaded when first needed."""
        return load_triage()

    @cached_property
    def office(self) -> Row:
        """The acting officer's office."""
        with self.store.read() as tx:
            return stored_officers.the_office(tx, self.officer.office_id)

    @cached_property
    def signing_key(self) -> SigningKey:
        """The store's signing key in use."""
        with self.store.read() as tx:
            row = stored_officers.signing_key(tx)
        wrapping = derive(self.data_key, "signing")
        return unwrap_signing_key(row["wrapped_key"], row["public_key"], wrapping)

    def security(self, name: str) -> Any:
        """A security setting: the administrators' policy, else the store, else the default."""
        with self.store.read() as tx:
            return self.security_in(tx, name)

    def security_in(self, tx: Reading, name: str) -> Any:
        """As `security`, within a transaction."""
        if name in self.policy:
            return self.policy[name]
        return stored_officers.settings(tx).get(name, SETTINGS[name].default)


def load_triage(folder: Path | None = None) -> Triage:
    """The shipped classifier, or the one in `folder`."""
    from classifiers.artefact import load

    return load(folder or models_folder() / "triage-seed")
