"""Records: the forms that an office files, from any room, as page, PDF and workbook."""

from shoumi.console.records.blocks import Code, Facts, Heading, Label, Labels, Signature, Signatures, Table, Text
from shoumi.console.records.record import Record

__all__ = ["Code", "Facts", "Heading", "Label", "Labels", "Record", "Signature", "Signatures", "Table", "Text"]
