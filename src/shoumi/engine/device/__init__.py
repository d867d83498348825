"""What a machine consists of, so that nothing is exchanged in a repair unseen (rows D1, D3).

snapshot.py   this machine → its parts with their serials, and what could not be seen
usb.py        kernel logs → which USB devices were ever plugged in
compare.py    two snapshots → what came, went and changed
"""
