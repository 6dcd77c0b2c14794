"""The script that Streamlit is given; no folder of pages may lie beside it."""
