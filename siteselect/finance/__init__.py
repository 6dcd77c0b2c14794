"""Money: prices with ranges, yearly cash flow, appraisal, scenarios and what matters most."""
