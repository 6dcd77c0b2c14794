"""Rules as dated, cited data, and what they say of each site."""
