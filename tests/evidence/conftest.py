"""Long checks run only when they are asked for: `pytest -m release`."""

import pytest


def pytest_runtest_setup(item: pytest.Item) -> None:
    asked = "release" in str(item.config.getoption("markexpr"))
    if item.get_closest_marker("release") is not None and not asked:
        pytest.skip("a long check, run by make release-test")
