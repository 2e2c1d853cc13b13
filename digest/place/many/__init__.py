"""Issues with many ads: prices lead to outlines of slots and gaps, and names are seated in them."""
