"""Put the pod on every site: one file for each thing that the site must offer."""
