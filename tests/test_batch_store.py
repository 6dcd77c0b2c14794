"""Lists in an object store: read by Arrow from a server that speaks S3, its errors included."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from conftest import Town
from s3_server import Store, stored
from test_batch import frame, sites

from siteselect.batch import run_batch
from siteselect.batch.records import BatchResult
from siteselect.errors import RunError, SourceError


def parquet(start: int = 0, end: int = 60) -> bytes:
    content = io.BytesIO()
    frame().iloc[start:end].to_parquet(content)
    return content.getvalue()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    # The SDK would otherwise ask the cloud's own address who it is.
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    objects = {
        "one/a.parquet": parquet(),
        "many/a.parquet": parquet(0, 25),
        "many/b.parquet": parquet(25, 60),
        "many/readme.txt": b"not a list",
        "page.parquet": b"<html>Sign in</html>",
    }
    with stored(objects) as found:
        yield found


def run(town: Town, url: str, out: str = "out") -> BatchResult:
    return run_batch(url, town.file, town.folder / out, workers=1, partition_rows=30)


def test_a_file_and_a_folder_in_a_store_give_the_numbers_of_the_disk(
    town: Town, store: Store
) -> None:
    file = town.folder / "a.parquet"
    file.write_bytes(parquet())
    disk = sites(run(town, str(file), "disk").out)
    one = run(town, store.url("one/a.parquet"))
    many = run(town, store.url("many"), "many")
    assert (one.rows, one.sites, one.rejected) == (60, 60, 0)
    assert (many.rows, many.sites) == (60, 60)
    assert sites(one.out).equals(disk)
    # Each row tells which of the files it came from; all else is the same.
    parts = sites(many.out)
    (told_in,) = (name for name in disk if not parts[name].equals(disk[name]))
    assert parts.loc["b30", told_in] == "b.parquet row 5"
    told = one.manifest["candidates"]["a.parquet"]
    assert f"{len(store.objects['one/a.parquet'])} bytes" in told
    assert "2026-11-24" in told
    assert set(many.manifest["candidates"]) == {"a.parquet", "b.parquet"}


def test_no_key_of_a_store_is_written_down_or_printed(town: Town, store: Store) -> None:
    result = run(town, store.url("one/a.parquet", "hush-hush"))
    files = [file for file in result.out.rglob("*") if file.is_file()]
    assert len(files) > 5
    assert not [file for file in files if b"hush-hush" in file.read_bytes()]
    with pytest.raises(SourceError) as caught:
        run(town, store.url("gone.parquet", "hush-hush"), "other")
    assert "hush-hush" not in str(caught.value)
    assert "s3://box/gone.parquet" in str(caught.value)


def test_a_changed_object_refuses_to_go_on(town: Town, store: Store) -> None:
    run(town, store.url("one/a.parquet"))
    store.objects["one/a.parquet"] = parquet(0, 59)
    with pytest.raises(RunError, match="the list of candidates"):
        run(town, store.url("one/a.parquet"))


@pytest.mark.parametrize(
    ("key", "statuses", "said"),
    [
        ("one/a.parquet", [403], "(?i)access.?denied|forbidden"),
        ("gone.parquet", [], "no Parquet file is there"),
        ("page.parquet", [], "(?i)parquet magic bytes"),
    ],
)
def test_what_a_store_refuses_is_a_fault_that_names_the_object(
    town: Town, store: Store, key: str, statuses: list[int], said: str
) -> None:
    if statuses:
        store.troubles[key] = statuses
    with pytest.raises(SourceError) as caught:
        run(town, store.url(key))
    text = str(caught.value)
    assert re.search(said, text), text
    assert key.rpartition("/")[2] in text


def test_a_store_that_is_busy_is_asked_again(town: Town, store: Store) -> None:
    store.troubles["one/a.parquet"] = [503, 503, 200]
    assert run(town, store.url("one/a.parquet")).sites == 60
    assert len(store.asked) > 3


def test_an_object_that_ends_too_early_is_a_fault_and_no_short_list(
    town: Town, store: Store
) -> None:
    store.cut_off.add("one/a.parquet")
    with pytest.raises(SourceError, match="cannot be read"):
        run(town, store.url("one/a.parquet"))
    store.cut_off.clear()
    assert run(town, store.url("one/a.parquet")).sites == 60


def test_nobody_answers_at_the_address(town: Town, store: Store) -> None:
    url = store.url("one/a.parquet").replace(store.address, "127.0.0.1:9")
    with pytest.raises(SourceError, match=re.escape("s3://box/one/a.parquet")):
        run(town, url)


def test_rejected_rows_of_a_store_name_the_file(town: Town, store: Store) -> None:
    wrong = frame()
    wrong.loc[3, "site_id"] = wrong.loc[2, "site_id"]
    content = io.BytesIO()
    wrong.to_parquet(content)
    store.objects["wrong.parquet"] = content.getvalue()
    found = run(town, store.url("wrong.parquet"))
    assert (found.rows, found.sites, found.rejected) == (60, 58, 2)
