"""Who holds which carrier: ledger, loans, hand-overs, dispatch, copies, destruction, safes, lockers, stock-takes."""
