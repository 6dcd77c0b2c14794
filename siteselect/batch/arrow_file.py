"""Arrow tables as bytes and back; the same table gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def arrow_bytes(table: pa.Table) -> bytes:
    """Write a table as an Arrow file."""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table.combine_chunks())
    content: bytes = sink.getvalue().to_pybytes()
    return content


def arrow_table(content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a table, or some of its columns."""
    source = pa.BufferReader(content)
    if columns is None:
        return pa.ipc.open_file(source).read_all()
    names = pa.ipc.open_file(source).schema.names
    options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
    return pa.ipc.open_file(pa.BufferReader(content), options=options).read_all()
