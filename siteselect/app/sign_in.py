"""Optional sign-in through Streamlit's own OpenID Connect, where the server's secrets name one."""

from __future__ import annotations

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError


def require_sign_in() -> None:
    """Show nothing to a visitor who has not signed in; do nothing where no sign-in is set up.

    Sign-in is set up by a table `[auth]` in Streamlit's `secrets.toml`. Static files and the
    folders of components are served to anybody all the same: nothing private lies there.
    """
    if not _is_set_up() or _is_signed_in():
        return
    st.title("Sign in")
    st.markdown("This server shows its studies only to people who have signed in.")
    st.button("Sign in", on_click=st.login, type="primary")
    st.stop()


def _is_set_up() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def _is_signed_in() -> bool:
    # Without a sign-in the name is missing; whoever is not known to be signed in is not.
    return st.user.get("is_logged_in", False) is True
