"""Values that ship with the product, each with its source and how sure it is."""
