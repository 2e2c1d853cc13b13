"""The last resort: a walk over the openings that remembers which line items are used, bounded by prices."""
