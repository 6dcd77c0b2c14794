"""Replies on disk: one file each, written whole or not at all, checked when read."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from siteselect.errors import Fault, SourceError
from siteselect.portals.client import Reply
from siteselect.portals.refusals import SECRET_PARAMETERS

ENDING = ".reply"


def entry_path(folder: Path, method: str, url: str, data: bytes) -> Path:
    """Name the file of a request: by method, URL, parameters and data, never by a secret.

    Parameters
    ----------
    folder : folder of the cache.
    method : GET or POST.
    url : whole URL with its query.
    data : body of the request.
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted(
        (pair for pair in pairs if pair[0].lower() not in SECRET_PARAMETERS),
        key=lambda pair: pair[0],
    )
    bare = urlunsplit(parts._replace(query="", fragment=""))
    text = json.dumps([method, bare, kept, hashlib.sha256(data).hexdigest()], ensure_ascii=False)
    host = re.sub(r"[^a-z0-9.-]", "_", (parts.hostname or "unknown").lower())
    return folder / host / f"{hashlib.sha256(text.encode()).hexdigest()}{ENDING}"


def load(path: Path) -> Reply | None:
    """Read an entry; None where there is none, or where it is not whole."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SourceError(_unusable(path, error)) from None
    head, _, body = content.partition(b"\n")
    try:
        meta = json.loads(head)
        if meta["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        return Reply(
            url=str(meta["url"]),
            status=int(meta["status"]),
            body=body,
            headers={str(name): str(value) for name, value in meta["headers"].items()},
            retrieved_at=str(meta["retrieved_at"]),
            from_cache=True,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def store(path: Path, reply: Reply) -> None:
    """Write an entry beside its place and move it there, so that none is ever half there.

    Raises
    ------
    SourceError
        The folder cannot be written.
    """
    meta = {
        "url": reply.url,
        "status": reply.status,
        "headers": dict(reply.headers),
        "retrieved_at": reply.retrieved_at,
        "sha256": hashlib.sha256(reply.body).hexdigest(),
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError as error:
        raise SourceError(_unusable(path, error)) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(json.dumps(meta, ensure_ascii=True).encode() + b"\n")
            stream.write(reply.body)
        Path(name).replace(path)
    except OSError as error:
        raise SourceError(_unusable(path, error)) from None
    finally:
        Path(name).unlink(missing_ok=True)


def _unusable(path: Path, error: OSError) -> Fault:
    return Fault(
        str(path.parent),
        f"the cache cannot be used: {error.strerror or type(error).__name__}",
        "Name another folder for it, one that you may write and that has room.",
    )
