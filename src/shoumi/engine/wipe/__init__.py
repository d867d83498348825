"""Whether storage was wiped before it leaves (rows D4, D6): a device or image in, a verdict and a certificate out.

    blocks.py       bytes → which overwrite they hold, and where they hold anything else
    verify.py       path → everything that was read, found, and not read
    certificate.py  result → JSON and a page to print, with a picture of the whole medium

Nothing is ever written to the medium.
"""

from shoumi.engine.wipe.verify import Result, verify

__all__ = ["Result", "verify"]
