"""The network client: what it keeps, how patient it is, and what it says when it fails."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import logging
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_server import Clock, PortalServer, client_for

from siteselect.errors import SourceError
from siteselect.portals import cache, refusals, wire
from siteselect.portals.web import Key, NotFoundError, get, get_json, post, post_json

HIDDEN = "s3cr3t-0123456789"
KEY = Key("SITESELECT_TEST_KEY", prefix="Apikey ")


@pytest.fixture
def portal():
    with PortalServer() as server:
        server.json("/data", {"rows": [1, 2]})
        yield server


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_reply_is_kept_and_not_asked_for_twice(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path)
    first = get(client, f"{portal.url}/data", params={"a": 1, "b": "x y"})
    second = get(client, f"{portal.url}/data", params={"b": "x y", "a": 1})
    assert portal.count("/data") == 1
    assert (first.from_cache, second.from_cache) == (False, True)
    assert first.body == second.body
    assert first.retrieved_at == second.retrieved_at
    assert dt.datetime.fromisoformat(first.retrieved_at).tzinfo is not None
    assert portal.asked[0].headers["user-agent"] == "siteselect-tests"


def test_another_question_is_another_entry(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path)
    url = f"{portal.url}/data"
    get(client, url, params={"a": 1})
    get(client, url, params={"a": 2})
    get(client, url, params=[("a", 1), ("a", 2)])
    get(client, url, params=[("a", 2), ("a", 1)])
    post(client, url, data={"a": "1"})
    post(client, url, data={"a": "2"})
    post(client, url, data="a=2&")
    assert portal.count("/data") == 7
    assert len(files(tmp_path)) == 7
    assert portal.asked[2].query == {"a": ["1", "2"]}


def test_refresh_asks_anew_and_replaces_the_entry(portal: PortalServer, tmp_path: Path) -> None:
    url = f"{portal.url}/data"
    get_json(client_for(tmp_path), url)
    portal.json("/data", {"rows": [3]})
    assert get_json(client_for(tmp_path), url) == {"rows": [1, 2]}
    assert get_json(client_for(tmp_path, refresh=True), url) == {"rows": [3]}
    assert get_json(client_for(tmp_path), url) == {"rows": [3]}


def test_offline_uses_the_cache_and_says_what_is_missing(
    portal: PortalServer, tmp_path: Path
) -> None:
    url = f"{portal.url}/data"
    with pytest.raises(SourceError, match="not in the cache") as caught:
        get_json(client_for(tmp_path, offline=True), url)
    assert url in str(caught.value)
    get_json(client_for(tmp_path), url)
    kept = get_json(client_for(tmp_path, offline=True, refresh=True), url)
    assert kept == {"rows": [1, 2]}
    assert portal.count("/data") == 1


@pytest.mark.parametrize("damage", ["half", "empty", "flipped", "no json"])
def test_a_damaged_entry_is_never_used(portal: PortalServer, tmp_path: Path, damage: str) -> None:
    client = client_for(tmp_path)
    whole_body = get(client, f"{portal.url}/data").body
    (entry,) = files(tmp_path)
    whole = entry.read_bytes()
    entry.write_bytes(
        {
            "half": whole[:-4],
            "empty": b"",
            "flipped": whole[:-1] + b"!",
            "no json": b"\xff\n" + whole,
        }[damage]
    )
    assert get(client, f"{portal.url}/data").body == whole_body
    assert portal.count("/data") == 2


def test_a_write_that_fails_leaves_no_entry(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SourceError, match="No space left"):
        get(client_for(tmp_path), f"{portal.url}/data")
    assert files(tmp_path) == []


def test_a_cache_that_is_a_file_is_named(portal: PortalServer, tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match="cache cannot be used"):
        get(client_for(blocked), f"{portal.url}/data")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_faults_are_tried_again_with_growing_waits(
    portal: PortalServer, tmp_path: Path, status: int
) -> None:
    clock = Clock()
    portal.throttle("/data", 3, status=status)
    assert get_json(client_for(tmp_path, clock), f"{portal.url}/data") == {"rows": [1, 2]}
    assert clock.slept == [1.0, 2.0, 4.0]
    assert portal.count("/data") == 4


@pytest.mark.parametrize("status", [429, 500, 503])
def test_lasting_faults_are_given_up_with_what_the_portal_said(
    portal: PortalServer, tmp_path: Path, status: int
) -> None:
    portal.throttle("/data", 99, status=status)
    with pytest.raises(SourceError, match=f"HTTP {status}: slow down; given up after 4 tries"):
        get_json(client_for(tmp_path), f"{portal.url}/data")
    assert portal.count("/data") == 4
    assert files(tmp_path) == []


def test_retry_after_in_seconds_is_kept_to(portal: PortalServer, tmp_path: Path) -> None:
    clock = Clock()
    portal.throttle("/data", 1, retry_after="17")
    get(client_for(tmp_path, clock), f"{portal.url}/data")
    assert clock.slept == [17.0]


def test_retry_after_as_a_date_is_kept_to(portal: PortalServer, tmp_path: Path) -> None:
    clock = Clock()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    portal.throttle("/data", 1, retry_after=format_datetime(later, usegmt=True))
    portal.throttle("/data", 1, retry_after="Wed, 21 Oct 2015 07:28:00 GMT")
    portal.throttle("/data", 1, retry_after="soon")
    get(client_for(tmp_path, clock), f"{portal.url}/data")
    assert 0 < clock.slept[0] <= 60
    assert clock.slept[1:] == [0.0, 4.0]


def test_a_wait_that_is_too_long_ends_the_matter(portal: PortalServer, tmp_path: Path) -> None:
    clock = Clock()
    portal.throttle("/data", 1, retry_after="86400")
    with pytest.raises(SourceError, match="asks to wait 86400 s"):
        get(client_for(tmp_path, clock), f"{portal.url}/data")
    assert clock.slept == []


def test_silence_is_tried_again_and_then_named(portal: PortalServer, tmp_path: Path) -> None:
    portal.hang("/data", 1)
    client = client_for(tmp_path, timeout_s=0.2, tries=2)
    assert get_json(client, f"{portal.url}/data") == {"rows": [1, 2]}
    portal.hang("/quiet", 9)
    with pytest.raises(SourceError, match=r"no reply within 0\.2 s; given up after 2 tries"):
        get_json(client, f"{portal.url}/quiet")


def test_a_reply_that_drips_for_ever_is_cut_off(portal: PortalServer, tmp_path: Path) -> None:
    class Racing(Clock):
        def __call__(self) -> float:
            self.now += 1e4
            return self.now

    with pytest.raises(SourceError, match="took longer"):
        get(client_for(tmp_path, Racing(), tries=1), f"{portal.url}/data")


def test_a_reset_connection_is_tried_again(portal: PortalServer, tmp_path: Path) -> None:
    portal.reset("/data", 2)
    assert get_json(client_for(tmp_path), f"{portal.url}/data") == {"rows": [1, 2]}
    portal.reset("/data", 9)
    with pytest.raises(SourceError, match="connection failed"):
        get_json(client_for(tmp_path, refresh=True), f"{portal.url}/data")


def test_nobody_listening_is_named(tmp_path: Path) -> None:
    with PortalServer() as gone:
        url = gone.url
    with pytest.raises(SourceError, match="connection failed"):
        get(client_for(tmp_path), f"{url}/data")


def test_a_short_body_is_not_a_reply(portal: PortalServer, tmp_path: Path) -> None:
    portal.text("/table", "a,b\n1,2\n3,4\n")
    portal.truncate("/table", 1)
    assert get(client_for(tmp_path), f"{portal.url}/table").body == b"a,b\n1,2\n3,4\n"
    portal.truncate("/other", 9)
    portal.text("/other", "a,b\n1,2\n3,4\n")
    with pytest.raises(SourceError, match="given up after 4 tries"):
        get(client_for(tmp_path), f"{portal.url}/other")


@pytest.mark.parametrize("text", ['{"rows": [1, 2', "", "not json", '{"a": "\xff"}', "[" * 100_000])
def test_broken_json_is_tried_again_and_never_kept(
    portal: PortalServer, tmp_path: Path, text: str
) -> None:
    portal.text("/broken", text.encode("latin-1"), "application/json")
    with pytest.raises(SourceError, match="breaks off or is not JSON"):
        get_json(client_for(tmp_path), f"{portal.url}/broken")
    assert portal.count("/broken") == 4
    assert files(tmp_path) == []


def test_json_with_a_byte_order_mark_and_in_gzip_is_read(
    portal: PortalServer, tmp_path: Path
) -> None:
    packed = gzip.compress(b'\xef\xbb\xbf{"a": 1}')
    portal.routes["/gz"] = lambda _query: (200, {"Content-Encoding": "gzip"}, packed)
    assert get_json(client_for(tmp_path), f"{portal.url}/gz") == {"a": 1}


def test_a_text_kept_by_get_is_asked_again_where_json_is_wanted(
    portal: PortalServer, tmp_path: Path
) -> None:
    portal.text("/data", "a;b")
    client = client_for(tmp_path)
    get(client, f"{portal.url}/data")
    portal.json("/data", {"a": 1})
    assert get_json(client, f"{portal.url}/data") == {"a": 1}


def test_a_web_page_is_an_error_even_with_status_200(portal: PortalServer, tmp_path: Path) -> None:
    portal.html("/login")
    for ask in (get, get_json):
        with pytest.raises(SourceError, match="web page, perhaps a login"):
            ask(client_for(tmp_path), f"{portal.url}/login")
    assert portal.count("/login") == 2
    assert files(tmp_path) == []


def test_an_error_in_disguise_is_not_kept(portal: PortalServer, tmp_path: Path) -> None:
    def check(document: object) -> None:
        raise SourceError(())

    with pytest.raises(SourceError):
        get_json(client_for(tmp_path), f"{portal.url}/data", check=check)
    assert portal.count("/data") == 1
    assert files(tmp_path) == []


def test_a_refusal_names_the_reason_and_the_variable(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.json("/shut", {"error": {"message": "Accept the terms first"}}, status=403)
    monkeypatch.delenv(KEY.variable, raising=False)
    with pytest.raises(SourceError, match="without a key") as caught:
        get_json(client_for(tmp_path), f"{portal.url}/shut", key=KEY)
    assert "Accept the terms first" in str(caught.value)
    assert "SITESELECT_TEST_KEY" in str(caught.value)
    monkeypatch.setenv(KEY.variable, HIDDEN)
    with pytest.raises(SourceError, match="refuses the key in SITESELECT_TEST_KEY"):
        get_json(client_for(tmp_path), f"{portal.url}/shut", key=KEY)
    assert portal.count("/shut") == 2


def test_an_unknown_thing_has_its_own_error(portal: PortalServer, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such thing"):
        get_json(client_for(tmp_path), f"{portal.url}/nowhere")
    assert portal.count("/nowhere") == 1


def test_a_key_travels_in_its_header_and_nowhere_else(
    portal: PortalServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither the cache, an error, a repr nor a debug log may show the key."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(KEY.variable, HIDDEN)
    client = client_for(tmp_path)
    reply = get(client, f"{portal.url}/data", key=KEY, headers={"X-Own": "own-" + HIDDEN})
    assert portal.asked[0].headers["authorization"] == f"Apikey {HIDDEN}"
    portal.json("/echo", {"your": f"key {HIDDEN}"})
    get(client, f"{portal.url}/echo", key=KEY)
    portal.json("/shut", {"message": f"bad key '{HIDDEN}'"}, status=401)
    portal.json("/bad", {"message": f"bad key '{HIDDEN}'"}, status=400)
    portal.throttle("/slow", 9)
    portal.routes["/slow"] = lambda _query: (500, {}, HIDDEN)
    portal.reset("/gone", 9)
    errors = []
    for path in ("/shut", "/bad", "/slow", "/gone", "/nowhere"):
        with pytest.raises(SourceError) as caught:
            get(client, f"{portal.url}{path}", key=KEY)
        errors.append(f"{caught.value!r} {caught.value} {caught.value.faults}")
    stored = b"".join(path.read_bytes() + path.name.encode() for path in files(tmp_path))
    out, err = capfd.readouterr()
    seen = " ".join([*errors, stored.decode(), caplog.text, out, err, repr(client), repr(reply)])
    assert HIDDEN not in seen
    assert len(files(tmp_path)) == 1


def test_the_key_does_not_change_the_entry(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY.variable, HIDDEN)
    get(client_for(tmp_path), f"{portal.url}/data", key=KEY)
    monkeypatch.delenv(KEY.variable)
    assert get(client_for(tmp_path), f"{portal.url}/data", key=KEY).from_cache


def test_a_key_in_a_parameter_is_blanked(portal: PortalServer, tmp_path: Path) -> None:
    client = client_for(tmp_path, tries=1)
    reply = get(client, f"{portal.url}/data", params={"apikey": HIDDEN, "a": "1"})
    again = get(client, f"{portal.url}/data", params={"apikey": "other", "a": "1"})
    assert portal.asked[0].query["apikey"] == [HIDDEN]
    assert again.from_cache
    assert HIDDEN not in reply.url + again.url
    assert HIDDEN.encode() not in b"".join(path.read_bytes() for path in files(tmp_path))
    portal.reset("/gone", 9)
    with pytest.raises(SourceError) as caught:
        get(client, f"{portal.url}/gone", params={"apikey": HIDDEN})
    assert HIDDEN not in str(caught.value)


def test_a_key_with_a_line_break_is_refused_without_showing_it(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY.variable, f"{HIDDEN}\nX-Evil: 1")
    with pytest.raises(SourceError, match=KEY.variable) as caught:
        get(client_for(tmp_path), f"{portal.url}/data", key=KEY)
    assert HIDDEN not in str(caught.value)
    assert portal.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/data",
        "ftp://example.org/data",
        "file:///etc/passwd",
        "https:///data",
        "example.org/data",
        "",
        "https://user:word@example.org/",
        "https://[::1",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
        "http://169.254.169.254/latest",
    ],
)
def test_only_https_is_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        get(client_for(tmp_path), url)
    assert "word" not in str(caught.value)


def test_redirects_are_followed_and_counted(portal: PortalServer, tmp_path: Path) -> None:
    portal.redirect("/old", "/data")
    portal.redirect("/round", "/round")
    reply = get(client_for(tmp_path), f"{portal.url}/old")
    assert json.loads(reply.body) == {"rows": [1, 2]}
    assert reply.url == f"{portal.url}/old"
    with pytest.raises(SourceError, match="more than 5 redirects"):
        get(client_for(tmp_path), f"{portal.url}/round")


@pytest.mark.parametrize("to", ["file:///etc/passwd", "http://example.org/", "ftp://a/b", "data:x"])
def test_redirects_to_another_scheme_are_refused(
    portal: PortalServer, tmp_path: Path, to: str
) -> None:
    portal.redirect("/old", to)
    with pytest.raises(SourceError, match="only https"):
        get(client_for(tmp_path), f"{portal.url}/old")


def test_a_portal_may_not_send_one_to_this_machine() -> None:
    asked = wire.Asked("GET", "https://example.org/a")
    with pytest.raises(SourceError, match="redirects to this machine"):
        wire._redirected(asked, "http://127.0.0.1/admin", 302)


def test_a_redirect_to_another_host_does_not_carry_the_key(
    portal: PortalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY.variable, HIDDEN)
    with PortalServer() as other:
        other.json("/data", {"rows": []})
        portal.redirect("/old", f"{other.url}/data")
        portal.redirect("/near", "/data")
        get(client_for(tmp_path), f"{portal.url}/old", key=KEY)
        get(client_for(tmp_path), f"{portal.url}/near", key=KEY)
        assert "authorization" not in other.asked[0].headers
    assert [asked.headers.get("authorization") for asked in portal.asked] == [
        f"Apikey {HIDDEN}"
    ] * 3


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST")])
def test_a_redirected_post_keeps_its_method_only_where_the_status_says_so(
    portal: PortalServer, tmp_path: Path, status: int, method: str
) -> None:
    portal.redirect("/old", "/data", status)
    assert post_json(client_for(tmp_path), f"{portal.url}/old", data="q") == {"rows": [1, 2]}
    assert portal.asked[1].method == method
    assert portal.asked[1].body == (b"q" if method == "POST" else b"")


def test_too_large_a_reply_is_refused_before_and_while_it_comes(
    portal: PortalServer, tmp_path: Path
) -> None:
    client = client_for(tmp_path, max_mb=0.01)
    portal.text("/big", b"x" * 20_000)
    with pytest.raises(SourceError, match=r"larger than 0\.01 MB"):
        get(client, f"{portal.url}/big")
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 10_000
    portal.routes["/bomb"] = lambda _query: (200, {"Content-Encoding": "gzip"}, bomb)
    with pytest.raises(SourceError, match=r"larger than 0\.01 MB"):
        get(client, f"{portal.url}/bomb")
    assert portal.count("/bomb") == 1


def test_requests_to_one_host_keep_a_distance_in_time(portal: PortalServer, tmp_path: Path) -> None:
    clock = Clock()
    client = client_for(tmp_path, clock, pause_s=1.5)
    for number in range(3):
        get(client, f"{portal.url}/data", params={"n": number})
    get(client, f"{portal.url}/data", params={"n": 0})
    assert clock.slept == [1.5, 1.5]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "No access"}', "No access"),
        (b'{"error": {"message": "Gone", "__type": "Not Found Error"}}', "Gone"),
        (b'{"error_code": "X", "message": {"a": 1}}', '{"error_code": "X", "message": {"a": 1}}'),
        (b'{"errors": 3, "detail": ["a", "b"]}', "a; b"),
        (b"<html><script>x()</script><h1>Busy</h1>\n<p>Later</p></html>", "Busy Later"),
        (b"\xff\x00ring", "�?ring"),
        (b"", ""),
    ],
)
def test_the_reason_is_found_in_a_refusal(body: bytes, words: str) -> None:
    assert refusals.said(body) == words


@given(st.binary(max_size=2000))
def test_any_refusal_makes_one_short_line(body: bytes) -> None:
    words = refusals.said(body)
    assert len(words) <= 300
    assert words.isprintable()


@given(st.text(max_size=50), st.text(min_size=1, max_size=20))
def test_entries_stay_inside_the_cache(path: str, host: str) -> None:
    folder = Path("cache")
    try:
        entry = cache.entry_path(folder, "GET", f"https://{host}/{path}", b"")
    except ValueError:
        return  # not a URL: such are refused before
    assert entry.parent.parent == folder
    assert entry.parent.name not in {"", "."}
