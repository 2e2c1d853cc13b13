"""What each page shows, as plain values: worked out by ``digest.app``, put into words and an order for people here."""
