"""Devices: repair, disposal, snapshots, inspections of office equipment. Rows D2 to D6, on the ledger of assets."""
