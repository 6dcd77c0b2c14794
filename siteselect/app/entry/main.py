"""Script that `siteselect app` gives to Streamlit; the study comes from the environment."""

from siteselect.app.page import main

main()
