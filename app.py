"""The planner's app: `streamlit run app.py`, or with a study of your own after `--`."""

from pathlib import Path

from siteselect.app.page import main

main(Path(__file__).parent / "data" / "helsinki" / "study.yaml")
