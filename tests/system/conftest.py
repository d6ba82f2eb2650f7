"""Fixtures of several system tests."""

from collections.abc import Iterator

import chromium
import harness
import pytest
from playwright.sync_api import Browser, expect, sync_playwright


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory) -> harness.Sweep:
    """A finished sweep of four tracked runs. Do not change it: all tests share it."""
    return harness.four_runs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window. Without Chromium the test is skipped."""
    chromium.skip_if_missing()
    expect.set_options(timeout=60_000)  # milliseconds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        yield browser
        browser.close()
