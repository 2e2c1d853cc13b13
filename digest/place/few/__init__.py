"""Issues with few ads: the sets of line items are searched, then their places."""
