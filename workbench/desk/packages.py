"""Exporting: the package of an approved referral, the same bytes at every export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import workbench
from workbench.desk.changes import Changes, changed
from workbench.desk.handover import handover_content
from workbench.desk.part import DeskPart
from workbench.documents.case_report import case_report
from workbench.documents.package_page import package_page
from workbench.domain.case import REFERRAL_WORKFLOW
from workbench.domain.clock import iso_text, jst_date
from workbench.domain.custody import canonical_json, digest_of
from workbench.domain.errors import M_, BadInput, Stale
from workbench.domain.ids import new_id
from workbench.evidence.package import PackageFacts, PayloadFile, Proof, payload_of, write_package
from workbench.reference.folders import data_folder
from workbench.store import actions
from workbench.store import custody as stored_custody
from workbench.store import officers as stored_officers
from workbench.store import reports as stored
from workbench.store.store import Reading, Row, Writing

# Packages go to Japanese divisions and prosecutors; the same bytes whatever the screen's language.
_LANGUAGE = "ja"


class Packages(DeskPart):
    """Packages that a stranger can verify."""

    def export(self, token: str, folder: Path) -> Changes[dict[str, Any]]:
        """Write the package of a referral into `folder`.

        The first export freezes chains and seal. Stale (approval void) when the content is no
        longer what was approved; EvidenceDamaged when an exhibit is not as recorded: no package.
        """
        if folder.exists() and not folder.is_dir():
            raise BadInput(M_("{path} is not a folder.", path=str(folder)))
        frozen = self._freeze(token)
        folder.mkdir(parents=True, exist_ok=True)
        with self.desk.store.read() as tx:
            referral = self.find(tx, "referral", frozen["referral_id"])
            facts = self._write(tx, referral, frozen, folder)
        with self.desk.store.write() as tx:
            shown = {"sha256": facts.sha256, "bytes": facts.size, "file": facts.path.name}
            self.custody(tx, "referral", referral["id"], "exported", shown)
            self.log_access(tx, "export", "referral", referral["id"], **shown)
        result = {
            "package": str(facts.path),
            "sha256": facts.sha256,
            "files": facts.files,
            "bytes": facts.size,
            "id": referral["id"],
            "state": referral["state"],
            "fingerprint": self.desk.signing_key.fingerprint,
        }
        return changed(result, ("referral", referral["id"]))

    def _freeze(self, token: str) -> Row:
        """The frozen package row, made at the first export in one transaction with its seal."""
        stale = False
        with self.desk.store.write() as tx:
            referral = self.find(tx, "referral", token)
            REFERRAL_WORKFLOW.advance(referral["state"], "package", self.desk.officer)
            known = actions.package_of(tx, referral["id"])
            if known is not None:
                return known
            approval = self.desk.approvals.standing(tx, "referral", referral["id"])
            content = handover_content(self.desk, tx, referral)
            if digest_of(content) != approval["sha256"]:
                stale = True
                self._void(tx, referral, approval)
                row: Row = {}
            else:
                reports = actions.reports_of_case(tx, referral["case_id"])
                for report in reports:
                    self.desk.exhibits.check(
                        tx, [e for e in stored.exhibits_of(tx, report["id"]) if e["level"] != "S3"]
                    )
                row = self._seal(tx, referral, reports, approval, content)
        if stale:
            raise Stale(
                M_("What would leave is not what was approved. The approval is void."),
                M_("Submit it again for approval."),
            )
        return row

    def _void(self, tx: Writing, referral: Row, approval: Row) -> None:
        reason = M_("What would leave is not what was approved.")
        content = self.desk.approvals.void(tx, approval, reason)
        self.advance(tx, REFERRAL_WORKFLOW, referral, "void")
        facts = {"approved_sha256": approval["sha256"]}
        self.custody(tx, "referral", referral["id"], "approval_voided", facts, [content])

    def _seal(
        self, tx: Writing, referral: Row, reports: list[Row], approval: Row, content: Any
    ) -> Row:
        facts = {"referral": referral["number"], "content_sha256": approval["sha256"]}
        self.advance(tx, REFERRAL_WORKFLOW, referral, "package")
        subjects = [("referral", referral["id"]), ("case", referral["case_id"])]
        subjects += [("report", report["id"]) for report in reports]
        for kind, subject in subjects:
            self.custody(tx, kind, subject, "packaged", facts)
        for report in reports:
            subjects += [("removal", r["id"]) for r in actions.removals_of(tx, report["id"])]
        sealed = self.desk.audit.seal_in(tx)
        chains = []
        for kind, subject in subjects:
            entries = [
                {
                    "seq": e["seq"],
                    "body": e["body"],
                    "previous": e["previous_hash"],
                    "hash": e["entry_hash"],
                }
                for e in stored_custody.chain(tx, subject)
            ]
            chains.append({"kind": kind, "subject": subject, "entries": entries})
        row = {
            "id": new_id(),
            "referral_id": referral["id"],
            "approval_id": approval["id"],
            "content": content,
            "content_sha256": approval["sha256"],
            "chains": chains,
            "seal_id": sealed.id,
            "proofs": {subject: sealed.proof(subject) for _, subject in subjects},
            "at": self.desk.clock(),
            "officer_id": self.desk.officer.id,
        }
        tx.insert("package", row)
        return row

    def _write(self, tx: Reading, referral: Row, frozen: Row, folder: Path) -> PackageFacts:
        content = frozen["content"]
        seal = tx.get("seal", frozen["seal_id"])
        approval = tx.get("approval", frozen["approval_id"])
        assert seal is not None
        assert approval is not None
        approver = stored_officers.by_id(tx, approval["officer_id"])
        maker = stored_officers.by_id(tx, frozen["officer_id"])
        proof = Proof(
            approval={
                "sha256": approval["sha256"],
                "approved_at": iso_text(approval["at"]),
                "approver": approver.name if approver else "",
            },
            chains=frozen["chains"],
            seal={
                "statement": seal["statement"],
                "signature": seal["signature"],
                "signer": seal["signer"],
                "at": iso_text(seal["at"]),
            },
            inclusion=frozen["proofs"],
        )
        fingerprint = seal["signer"]
        pages = {
            "content.json": canonical_json(content),
            "index.html": package_page(
                content, proof.approval, frozen["chains"], fingerprint, _LANGUAGE
            ),
            "report.pdf": case_report(
                content,
                proof.approval,
                frozen["chains"],
                fingerprint,
                jst_date(frozen["at"]),
                _LANGUAGE,
                data_folder() / "templates",
            ),
        }
        payload = [payload_of(path, raw) for path, raw in pages.items()]
        payload += [
            PayloadFile(e["path"], e["sha256"], e["bytes"], self._opener(tx, e["id"]))
            for e in content["exhibits"]
            if e["path"] is not None
        ]
        name = referral["number"]
        info = [
            ("Source-Organization", content["office"]["name"]),
            ("External-Identifier", name),
            ("Internal-Sender-Identifier", content["case"]["number"]),
            ("Contact-Name", maker.name if maker else ""),
            ("Bagging-Date", jst_date(frozen["at"]).isoformat()),
            ("Bag-Software-Agent", f"patrol-workbench {workbench.__version__}"),
        ]
        signing = self.desk.signing_key
        target = folder / f"{name}.zip"
        return write_package(target, name, payload, proof, info, signing.public, signing.sign)

    def _opener(self, tx: Reading, exhibit_id: str) -> Callable[[], Iterator[bytes]]:
        exhibit = tx.get("exhibit", exhibit_id)
        assert exhibit is not None
        return lambda: self.desk.exhibits.chunks(tx, exhibit)
