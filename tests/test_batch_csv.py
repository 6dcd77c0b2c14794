"""CSV of batches: the same text as `safe_csv` writes cell by cell."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from siteselect.batch.csv_file import csv_bytes
from siteselect.report.tables import safe_csv

TEXT = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(['=1+1, "x"', "-1", "\tx", "a\rb", "a\nb", "nan", "None"]),
)
NUMBER = st.one_of(
    st.none(),
    st.floats(allow_nan=False),
    st.floats(-1e-3, 1e-3),
    st.sampled_from([0.0, -0.0, 1.0, 1e-4, 9.9e-5, 1e15, 1e16, 1e22, 0.1, 123456.5]),
    st.integers(-(2**53), 2**53).map(float),
)
ROW = st.tuples(TEXT, NUMBER, st.one_of(st.none(), st.booleans()), st.integers(-(2**63), 2**63 - 1))
KINDS = {"=text": pa.string(), "cost_gbp": pa.float64(), "known": pa.bool_(), "rank": pa.int64()}


@given(st.lists(ROW, max_size=6))
def test_a_batch_writes_the_csv_of_safe_csv(rows: list[tuple[object, ...]]) -> None:
    cells = list(zip(*rows, strict=True)) or [()] * len(KINDS)
    table = pa.table(
        {
            name: pa.array(column, kind)
            for (name, kind), column in zip(KINDS.items(), cells, strict=True)
        }
    )
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype=object) for name, column in table.to_pydict().items()}
    )
    assert csv_bytes(table).decode() == safe_csv(frame)


def test_ranks_that_are_unknown_are_empty_cells() -> None:
    table = pa.table({"rank": pa.array([1, None], pa.int64()), "name": ["a", "b"]})
    assert csv_bytes(table) == b"rank,name\n1,a\n,b\n"
