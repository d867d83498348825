"""Makes tests/data/locked: one page in every format that LibreOffice can lock, with the password ``s3cret``.

    python tests/data/make_locked.py

Needs soffice. The files are committed, so that tests do not need it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "locked"
PASSWORD = "s3cret"
PAGE = "<html><head><meta charset='utf-8'></head><body><p>机密★10年</p><p>关于经费安排的通知</p></body></html>"
TABLE = "机密★10年,关于经费安排的通知\n"
FORMS = {
    "text.html": (("doc", "MS Word 97"), ("odt", "writer8")),
    "table.csv": (("xls", "MS Excel 97"), ("ods", "calc8")),
}
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Lock"/></library:library>"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Lock" script:language="StarBasic">
Sub Main
{steps}
End Sub
Sub Store(source, opening, options, target, form)
  Dim how(2) As New com.sun.star.beans.PropertyValue
  how(0).Name = "Hidden" : how(0).Value = True
  how(1).Name = "FilterName" : how(1).Value = opening
  how(2).Name = "FilterOptions" : how(2).Value = options
  paper = StarDesktop.loadComponentFromURL(source, "_blank", 0, how())
  Dim save(1) As New com.sun.star.beans.PropertyValue
  save(0).Name = "FilterName" : save(0).Value = form
  save(1).Name = "Password" : save(1).Value = "{password}"
  paper.storeToURL(target, save())
  paper.close(True)
End Sub
</script:module>"""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "text.html").write_text(PAGE, "utf-8")
        (folder / "table.csv").write_text(TABLE, "utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        run = ["soffice", profile, "--headless"]
        subprocess.run([*run, "--terminate_after_init"], check=True, timeout=200)  # makes the profile
        basic = folder / "profile" / "user" / "basic" / "Standard"
        basic.mkdir(parents=True, exist_ok=True)
        (basic / "script.xlb").write_text(LIBRARY)
        steps = []
        for source, forms in FORMS.items():
            opening = "HTML (StarWriter)" if source.endswith("html") else "Text - txt - csv (StarCalc)"
            options = "" if source.endswith("html") else "44,34,76,1"
            for suffix, form in forms:
                target = (FOLDER / f"locked.{suffix}").as_uri()
                steps.append(f'Store("{(folder / source).as_uri()}", "{opening}", "{options}", "{target}", "{form}")')
        (basic / "Lock.xba").write_text(MODULE.format(steps="\n".join(steps), password=PASSWORD))
        subprocess.run([*run, "macro:///Standard.Lock.Main"], check=True, timeout=200)
        how = {"EncryptFile": {"type": "boolean", "value": "true"}}
        how["DocumentOpenPassword"] = {"type": "string", "value": PASSWORD}
        target = f"pdf:writer_pdf_Export:{json.dumps(how)}"
        options = ["--infilter=HTML (StarWriter)", "--convert-to", target, "--outdir", name]
        subprocess.run([*run, *options, str(folder / "text.html")], check=True, timeout=200)
        (FOLDER / "locked.pdf").write_bytes((folder / "text.pdf").read_bytes())
    print(*sorted(path.name for path in FOLDER.iterdir()))


if __name__ == "__main__":
    main()
