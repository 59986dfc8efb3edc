"""Patrol Workbench: register, preserve, triage, decide and hand over suspicious pages."""

__version__ = "0.1.0"
