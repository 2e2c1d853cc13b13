"""What the commands do, in plain calls: the stages joined to the store, the outbox and the ledger."""
