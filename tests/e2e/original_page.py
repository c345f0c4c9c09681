"""The page of the original backend's kind: served, opened, and asked to do its calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.integration.api.conftest import Api

STATIC = Path(__file__).with_name("original_client")


class Quiet(SimpleHTTPRequestHandler):
    """Serves the page and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def visited(browser: Browser, api: Api, port: int) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{port}/index.html?api={api.address}")
    page.wait_for_function("socket.state !== 'connecting'")
    yield page
    page.close()


def asked(page: Page, call: str, *arguments: Any) -> tuple[int, Any]:
    """Let the page do one of its calls; return status and body."""
    answer = page.evaluate(f"given => client.{call}(...given)", list(arguments))
    return answer["status"], answer["body"]


def plays(page: Page, clip_path: str) -> None:
    assert page.evaluate("path => client.show(path)", clip_path) == "playing"
    page.wait_for_function("document.getElementById('clip').currentTime > 0.5")
    assert page.evaluate("document.getElementById('clip').videoWidth") == 640


def send(page: Page, file: Path) -> tuple[int, Any]:
    page.set_input_files("#file", file)
    answer = page.evaluate("client.upload()")
    return answer["status"], answer["body"]
