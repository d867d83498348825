"""Drives and file servers: what an address such as ``webdavs://host/folder`` names, and how it is reached.

    address.py   the address in, its parts out; a password in an address is refused
    login.py     who asks, and with which password: environment, keyring, prompt
    connect.py   the parts in, an fsspec file system out; each process connects for itself
    stream.py    a remote file in, bytes out; a broken connection is taken up where it broke
    shares.py    with whom a file is shared, where the drive tells

Nothing here is loaded, and no network touched, unless an address asks for it. Needs the extra ``remote``.
"""
