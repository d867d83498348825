"""The smallest honest files of each format: text in, bytes out. Only what an office program would also write."""

from __future__ import annotations

import bz2
import email.policy
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from html import escape
from typing import Final

Rows = Sequence[Sequence[str]]
_WHEN: Final = (2026, 3, 2, 9, 0, 0)  # every archive entry: the same seed gives the same bytes
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SLIDE: Final = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, data)
    return out.getvalue()


def chinese_archive(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file whose names are GB18030 without saying so, as old Windows programs write them."""
    aliases = {f"{number:03}".ljust(len(name.encode("gb18030")), "_"): name for number, name in enumerate(members)}
    data = archive({alias: members[name] for alias, name in aliases.items()})
    for alias, name in aliases.items():
        data = data.replace(alias.encode(), name.encode("gb18030"))
    return data


def tarball(members: Mapping[str, bytes], compression: str = "gz") -> bytes:
    """Return a compressed tar file: gz, bz2 or xz."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), 1_772_442_000
            file.addfile(entry, io.BytesIO(data))
    if compression == "bz2":
        return bz2.compress(out.getvalue())
    return lzma.compress(out.getvalue()) if compression == "xz" else gzip.compress(out.getvalue(), mtime=0)


def docx(paragraphs: Sequence[str], *, header: str = "", comment: str = "", deleted: str = "") -> bytes:
    """Return a Word document; ``deleted`` stays in it as a tracked deletion."""
    body = "".join(_word_paragraph(text) for text in paragraphs)
    if deleted:
        run = f'<w:r><w:delText xml:space="preserve">{escape(deleted)}</w:delText></w:r>'
        body += f'<w:p><w:del w:id="1" w:author="Alice" w:date="2026-03-02T09:00:00Z">{run}</w:del></w:p>'
    parts = {"document": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'}
    if header:
        parts["header1"] = f'<w:hdr xmlns:w="{_WORD}">{_word_paragraph(header)}</w:hdr>'
    if comment:
        note = f'<w:comment w:id="0" w:author="Bob">{_word_paragraph(comment)}</w:comment>'
        parts["comments"] = f'<w:comments xmlns:w="{_WORD}">{note}</w:comments>'
    kinds = {"document": "document.main", "header1": "header", "comments": "comments"}
    types = {f"word/{name}.xml": f"{_OFFICE}wordprocessingml.{kinds[name]}+xml" for name in parts}
    links = {name: kinds[name].split(".")[0] for name in parts if name != "document"}
    members = {f"word/{name}.xml": _HEAD + text for name, text in parts.items()}
    members["word/_rels/document.xml.rels"] = _links({f"{name}.xml": kind for name, kind in links.items()})
    return _office(members, types, "word/document.xml")


def pptx(slides: Sequence[Sequence[str]]) -> bytes:
    """Return a presentation, one slide for each list of lines."""
    members, types = {}, {"ppt/presentation.xml": f"{_OFFICE}presentationml.presentation.main+xml"}
    names = f'xmlns:p="{_SLIDE}" xmlns:a="{_DRAWING}" xmlns:r="{_RELATION}"'
    for number, lines in enumerate(slides, 1):
        text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
        shape = (
            '<p:sp><p:nvSpPr><p:cNvPr id="2" name="t"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/>'
            f"<p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
        )
        group = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        tree = f"<p:cSld><p:spTree>{group}{shape}</p:spTree></p:cSld>"
        members[f"ppt/slides/slide{number}.xml"] = f"{_HEAD}<p:sld {names}>{tree}</p:sld>"
        types[f"ppt/slides/slide{number}.xml"] = f"{_OFFICE}presentationml.slide+xml"
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    show = f'<p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/>'
    members["ppt/presentation.xml"] = f"{_HEAD}<p:presentation {names}>{show}</p:presentation>"
    links = {f"slides/slide{n}.xml": "slide" for n in range(1, len(slides) + 1)}
    members["ppt/_rels/presentation.xml.rels"] = _links(links)
    return _office(members, types, "ppt/presentation.xml")


def xlsx(sheets: Mapping[str, Rows], *, hidden: str = "") -> bytes:
    """Return a workbook of texts; ``hidden`` names a sheet that is not shown."""
    import datetime

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False})
    book.set_properties({"created": datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if name == hidden:
            sheet.hide()
    book.close()
    return out.getvalue()


def odt(paragraphs: Sequence[str]) -> bytes:
    """Return an OpenDocument text."""
    office, text = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    kind = "application/vnd.oasis.opendocument.text"
    body = "".join(f"<text:p>{escape(line)}</text:p>" for line in paragraphs)
    names = f'xmlns:office="{office}" xmlns:text="{text}" office:version="1.2"'
    content = f"{_HEAD}<office:document-content {names}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", kind), ("content.xml", "text/xml"))
    )
    listing = (
        f'{_HEAD}<manifest:manifest xmlns:manifest="{manifest}" manifest:version="1.2">{entries}</manifest:manifest>'
    )
    members = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": listing}
    return archive({name: data.encode() for name, data in members.items()})


def rtf(paragraphs: Sequence[str]) -> bytes:
    """Return a Rich Text document in code page 936."""
    lines = []
    for line in paragraphs:
        data = line.encode("gb18030")
        lines.append("".join(chr(b) if 32 <= b < 127 and chr(b) not in "\\{}" else f"\\'{b:02x}" for b in data))
    return (
        "{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}\\f0 "
        + "\\par\n".join(lines)
        + "}"
    ).encode()


def html(title: str, paragraphs: Sequence[str], *, encoding: str = "utf-8") -> bytes:
    """Return a web page in an encoding that it declares."""
    body = "".join(f"<p>{escape(line)}</p>\n" for line in paragraphs)
    page = f'<!DOCTYPE html>\n<html><head><meta charset="{encoding}"><title>{escape(title)}</title></head>\n<body>{body}</body></html>\n'
    return page.encode(encoding)


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF with one list of lines a page, in the Chinese font every reader knows (ISO 32000-1, 9.7.5.2)."""
    objects: list[bytes] = []
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects += [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1)"
        b" /Supplement 2 >> /DW 1000 >>",
    ]
    for number, lines in enumerate(pages):
        text = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
        stream = f"BT /F1 12 Tf 18 TL 72 770 Td\n{text}ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            + f" /Contents {6 + 2 * number} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    return _numbered(objects)


def mail(subject: str, body: str, *, sender: str, to: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return a mail with attachments."""
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = "Mon, 02 Mar 2026 09:00:00 +0800"
    message["Message-ID"] = "<20260302.1@office.example>"
    message.set_content(body)
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    if files:
        message.set_boundary("=_office_0302")
    return message.as_bytes()


def mbox(mails: Sequence[bytes]) -> bytes:
    """Return a mailbox file."""
    return b"".join(
        b"From office@office.example Mon Mar  2 09:00:00 2026\n" + m.replace(b"\r\n", b"\n") + b"\n\n" for m in mails
    )


def csv(rows: Rows, *, encoding: str = "utf-8-sig") -> bytes:
    """Return comma-separated values as spreadsheet programs write them."""
    return "".join(",".join(row) + "\r\n" for row in rows).encode(encoding)


def _word_paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _links(targets: Mapping[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATION}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'


def _office(members: Mapping[str, str], types: Mapping[str, str], main: str) -> bytes:
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in types.items())
    defaults = (
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
    )
    listing = f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'
    package = {"[Content_Types].xml": listing, "_rels/.rels": _links({main: "officeDocument"}), **members}
    return archive({name: text.encode() for name, text in package.items()})


def _numbered(objects: Sequence[bytes]) -> bytes:
    """Write PDF objects with their cross-reference table (ISO 32000-1, 7.5.4)."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)
