"""What network operators publish of their substations, turned into one table. Pure: no network."""
