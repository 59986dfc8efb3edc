"""What holds for all tests: long ones run only when asked for by name, and no window pops up."""

import os

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long checks to `make release-test` (which asks for them with `-m release`)."""
    if config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("release")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
