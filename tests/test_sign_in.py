"""Sign-in: nothing is shown before it where it is set up, and nothing is asked where it is not."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from siteselect.app.sign_in import require_sign_in

AUTH = {
    "redirect_uri": "http://localhost:8501/oauth2callback",
    "cookie_secret": "only for this test",
    "client_id": "test",
    "client_secret": "only for this test",
    "server_metadata_url": "http://localhost:9/.well-known/openid-configuration",
}


def _page() -> None:
    import streamlit as st

    from siteselect.app.sign_in import require_sign_in

    require_sign_in()
    st.write("the studies")


def test_without_a_sign_in_set_up_the_page_is_open() -> None:
    at = AppTest.from_function(_page).run()
    assert [each.value for each in at.markdown] == ["the studies"]
    assert not at.button


def test_with_a_sign_in_set_up_a_stranger_sees_only_the_button() -> None:
    at = AppTest.from_function(_page)
    at.secrets["auth"] = AUTH
    at.run()
    assert not at.exception
    assert [each.label for each in at.button] == ["Sign in"]
    assert "the studies" not in [each.value for each in at.markdown]


@pytest.mark.parametrize(("known", "open_"), [(True, True), (False, False), ("yes", False)])
def test_only_a_visitor_known_to_be_signed_in_passes(
    monkeypatch: pytest.MonkeyPatch, known: object, open_: bool
) -> None:
    import siteselect.app.sign_in as room

    monkeypatch.setattr(room.st, "user", {"is_logged_in": known})
    monkeypatch.setattr(room.st, "secrets", {"auth": AUTH})
    stopped = []
    monkeypatch.setattr(room.st, "stop", lambda: stopped.append(True))
    require_sign_in()
    assert stopped == ([] if open_ else [True])
