"""The map of an assessment: what is on it, how it looks, and the Folium object."""
