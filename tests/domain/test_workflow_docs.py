"""ARCHITECTURE.md prints the workflows as the code has them."""

from pathlib import Path

import pytest

from workbench.domain.case import CASE_WORKFLOW, REFERRAL_WORKFLOW
from workbench.domain.officer import Officer, Role
from workbench.domain.removal import REMOVAL_WORKFLOW
from workbench.domain.report import REPORT_WORKFLOW
from workbench.domain.workflow import Workflow

ALL = (REPORT_WORKFLOW, REMOVAL_WORKFLOW, CASE_WORKFLOW, REFERRAL_WORKFLOW)


def chapter(workflow: Workflow) -> str:
    return f"### {workflow.noun}\n\n```mermaid\n{workflow.diagram()}\n```\n\n{workflow.table()}\n\n"


def test_the_printed_workflows_are_those_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert text.endswith("".join(chapter(workflow) for workflow in ALL).rstrip() + "\n")


@pytest.mark.parametrize("workflow", ALL, ids=lambda w: w.noun)
def test_every_state_is_named_and_reachable(workflow: Workflow) -> None:
    reached = {workflow.initial} | {t.target for t in workflow.transitions}
    assert reached == set(workflow.names)


@pytest.mark.parametrize("workflow", [REMOVAL_WORKFLOW, REFERRAL_WORKFLOW], ids=lambda w: w.noun)
def test_only_supervisors_approve(workflow: Workflow) -> None:
    others = frozenset(Role) - {Role.SUPERVISOR}
    person = Officer("1", "x", "x", "1", others)
    for state in workflow.names:
        assert "approve" not in workflow.actions(state, person)
