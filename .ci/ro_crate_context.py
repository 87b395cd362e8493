"""Give roc-validator the RO-Crate context that the rocrate library carries, where the web cannot be asked.

Usage: ``python ro_crate_context.py CONTEXT CACHE``, with roc-validator's own Python. The library carries the newest
context (1.3 in rocrate 0.16) and the archive names that of 1.1; every term the archive uses is in the newer one too.
"""

import io
import sys
from pathlib import Path

import requests
from requests.adapters import BaseAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class _File(BaseAdapter):
    """Answers every request with one file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def send(self, request, **_):  # type: ignore[no-untyped-def]
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        response.headers["Content-Type"] = "application/ld+json"
        body = io.BytesIO(self.path.read_bytes())
        response.raw = HTTPResponse(
            body, headers=response.headers, status=200, preload_content=False, request_url=request.url
        )
        return response

    def close(self) -> None:
        """Nothing is held open."""


if __name__ == "__main__":
    # the form in which roc-validator keeps what it fetched: --cache-path, --offline
    session = CachedSession(sys.argv[2], backend="sqlite", expire_after=-1)
    session.mount(CONTEXT, _File(Path(sys.argv[1])))
    session.get(CONTEXT).raise_for_status()
