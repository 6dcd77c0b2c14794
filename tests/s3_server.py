"""A small object store that speaks the part of Amazon S3's interface that reading needs.

Shapes follow the S3 API reference: HeadObject, GetObject with a range, ListObjectsV2, and errors
as XML with a code.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

CHANGED = "Tue, 24 Nov 2026 08:00:00 GMT"
CHANGED_ISO = "2026-11-24T08:00:00.000Z"
BUCKET = "box"


class Store:
    """What lies in the bucket, and what goes wrong: an HTTP status by key, used up one by one."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        self.objects = dict(objects)
        self.troubles: dict[str, list[int]] = {}
        self.cut_off: set[str] = set()
        self.asked: list[str] = []
        self.address = ""

    def url(self, key: str, secret: str = "letmein") -> str:  # noqa: S107 - of this store only
        """Name an object by the URL that Arrow understands, keys included."""
        options = f"endpoint_override={self.address}&scheme=http&region=eu-north-1"
        return f"s3://reader:{secret}@{BUCKET}/{key}?{options}"


def _error(code: str) -> bytes:
    return (
        f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Store

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._object(body=False)

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self._list(query.get("prefix", [""])[0], query.get("delimiter", [""])[0])
        else:
            self._object(body=True)

    def _answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def _object(self, *, body: bool) -> None:
        key = unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").lstrip("/")
        self.store.asked.append(f"{self.command} {key}")
        troubles = self.store.troubles.get(key, [])
        if troubles:
            status = troubles.pop(0) if len(troubles) > 1 else troubles[0]
            if status != 200:
                code = {403: "AccessDenied", 503: "SlowDown"}.get(status, "InternalError")
                self._answer(status, _error(code), Content_Type="application/xml")
                return
        whole = self.store.objects.get(key)
        if whole is None:
            self._answer(404, _error("NoSuchKey"), Content_Type="application/xml")
            return
        first, last = 0, len(whole) - 1
        asked = self.headers.get("Range", "")
        if asked.startswith("bytes="):
            low, _, high = asked.removeprefix("bytes=").partition("-")
            first, last = int(low), min(int(high or last), last)
        if key in self.store.cut_off and body:
            # Half of what is promised, and then the line is dead.
            self.send_response(206)
            self.send_header("Content-Length", str(last + 1 - first))
            self.end_headers()
            self.wfile.write(whole[first : first + (last + 1 - first) // 2])
            self.close_connection = True
            return
        part = whole[first : last + 1]
        self.send_response(206 if asked else 200)
        self.send_header("Last-Modified", CHANGED)
        self.send_header("ETag", '"1"')
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(whole)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if body:
            self.wfile.write(part)

    def _list(self, prefix: str, delimiter: str) -> None:
        keys = [key for key in sorted(self.store.objects) if key.startswith(prefix)]
        if delimiter:
            keys = [key for key in keys if delimiter not in key[len(prefix) :]]
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{CHANGED_ISO}</LastModified>"
            f"<ETag>1</ETag><Size>{len(self.store.objects[key])}</Size></Contents>"
            for key in keys
        )
        text = (
            "<?xml version='1.0' encoding='UTF-8'?>"
            "<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
            f"<Name>{BUCKET}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys)}</KeyCount>"
            f"<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"
        )
        self._answer(200, text.encode(), Content_Type="application/xml")


@contextmanager
def stored(objects: Mapping[str, bytes]) -> Iterator[Store]:
    """Run the store until the block ends."""
    store = Store(objects)
    handler = type("Handler", (_Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    store.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
