"""A ledger from a spreadsheet: read, shown, written."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Done
from shoumi.console.custody import importing
from shoumi.console.custody.models import Carrier, Upload
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.sheets import Plan, ReadList, WriteList


class UploadLedger(ReadList):
    """A ledger is read and kept until it is confirmed."""

    name = "custody.ledger.upload"
    roles = KEEPERS
    sheet, waiting = importing.SHEET, Upload


class ImportLedger(WriteList):
    """The good rows of a ledger that was read become carriers; rows with errors are left out and named."""

    name = "custody.ledger.import"
    label = _("Import carriers")
    roles = KEEPERS
    model = Upload

    def plans(self) -> Plan:
        return importing.plan(self.target.rows, self.actor.reach(self.roles))

    def write(self) -> Done:
        carriers = [Carrier(**row.values, holder=row.values["custodian"]) for row in self.plan.good]
        Carrier.objects.bulk_create(carriers, batch_size=500)
        facts = {
            "file": self.target.name,
            "added": [one.number for one in carriers],
            "left_out": len(self.plan.bad),
        }
        self.target.delete()
        return Done(None, facts, result=(len(carriers), len(self.plan.bad)))
