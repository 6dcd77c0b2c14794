"""Two runs side by side: which sites moved, and what moved them."""
