"""Things with a life: equipment, handsets, storage: their ledger, their lifecycle, and the registers around them."""
