"""Ways to damage an input, drawn by a seeded generator: bytes, cells of a table, parts of a workbook or an archive."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import warnings
import zipfile

# what readers stumbled over, or could: each a text that some program writes or somebody types
NASTY = (
    "", " ", "\t", "\n", "\r", '"', "'", ";", ",", "\x00", "\x1b[2J", "\ufeff", "\u202e", "\U0001f600", "𐀀", "é" * 3,
    "9" * 5000, "-" + "9" * 30, "1e999", "-1e-999", "nan", "inf", "NaN", "١٢٣", "²", "½", "1_000", "0x10", "007", "1,5", "1.5.5",
    "2020-13-01", "31.02.2021", "13/2021", "00/0000", "99999999-01-01", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1",
    "<b>", "</script>", "&amp;", "&#0;", "]]>", "$\\alpha$", "\\input{x}", "{{ name }}", "{0.__class__}", "%s", "../../x",
    "RU-AMU", "RU-XXX", "true", "null", "[]", "{}", "cell:a:b", "claim:x", "x" * 20_000, "(" * 300, "[" * 300, "*a", "&a ",
)  # fmt: skip


def damaged(chance: random.Random, content: bytes) -> bytes:
    """One input with one to four faults."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        kinds = [_bytes, _bytes, _whole]
        if content[:2] == b"PK":
            kinds = [_member, _member, _member, _member, _bytes]
        elif content.lstrip()[:1] == b"{":
            kinds = [_json, _json, _json, _bytes, _whole]
        elif content.lstrip()[:1] == b"<":
            kinds = [_xml, _xml, _bytes, _whole]
        elif content.count(b"\n") and any(sign in content[:200] for sign in (b",", b"\t")):
            kinds = [_cells, _cells, _cells, _bytes, _whole]
        content = chance.choice(kinds)(chance, content)
    return content


def _bytes(chance: random.Random, content: bytes) -> bytes:
    if not content:
        return chance.choice(NASTY).encode()
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((0, 1, 2, 10, 1000)))
    new = chance.choice(
        [
            b"",
            bytes([chance.randrange(256)]),
            chance.randbytes(chance.randint(1, 30)),
            chance.choice(NASTY).encode(),
            content[start:end] * 2,
        ]
    )
    return content[:start] + new + content[end:]


def _whole(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return chance.choice(
        [
            b"",
            content[: chance.randrange(len(content) + 1)],
            text.encode("utf-16"),
            text.encode("cp1251", "replace"),
            b"\xef\xbb\xbf" + content,
            content.replace(b"\n", b"\r\n"),
            content.replace(b"\n", b"\r"),
            content + content,
            content + b"\x00" * 100,
            content.replace(b",", b";"),
            chance.randbytes(2000),
        ]
    )


def _cells(chance: random.Random, content: bytes) -> bytes:
    """Damage of a table as text, cell by cell; commas or tabs are kept."""
    text = content.decode("utf-8-sig", "replace")
    mark = "\t" if text[:200].count("\t") > text[:200].count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=mark))
    except csv.Error:  # damaged before
        return _bytes(chance, content)
    if not rows:
        return content
    row = rows[chance.randrange(len(rows))] or [""]
    place = chance.randrange(len(row)) if row else 0
    kind = chance.randrange(9)
    if kind <= 3:
        row[place] = chance.choice(NASTY)
    elif kind == 4:
        other = chance.choice(rows) or [""]
        row[place] = other[chance.randrange(len(other))] if other else ""
    elif kind == 5:
        del row[place]
    elif kind == 6:
        row.insert(place, chance.choice(NASTY))
    elif kind == 7:
        rows.insert(chance.randrange(len(rows)), list(row))
    else:
        for line in rows:  # a column goes, or all of it becomes the same
            if place < len(line):
                line[place] = "" if chance.random() < 0.5 else line[0]
    made = io.StringIO()
    csv.writer(made, delimiter=mark, lineterminator="\n").writerows(rows)
    return made.getvalue().encode("utf-8", "replace")


def _json(chance: random.Random, content: bytes) -> bytes:
    try:
        tree = json.loads(content)
    except ValueError:
        return _bytes(chance, content)
    holders = list(_holders(tree))
    holder = chance.choice(holders)
    if not holder:
        return b"[]"
    key = chance.choice(list(holder)) if isinstance(holder, dict) else chance.randrange(len(holder))
    if chance.random() < 0.4:
        del holder[key]
    else:
        holder[key] = chance.choice([None, 0, -1, 1e400, [], {}, "", [[]], {"a": []}, True, *NASTY])
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "replace")


def _holders(tree: object):
    if isinstance(tree, dict | list):
        yield tree
        for value in tree.values() if isinstance(tree, dict) else tree:
            yield from _holders(value)


_TAG = re.compile(r"<[^<>]*>")


def _xml(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    tags = list(_TAG.finditer(text))
    if not tags:
        return _bytes(chance, content)
    tag = chance.choice(tags)
    kind = chance.randrange(7)
    new = tag[0]
    if kind == 0:
        new = ""
    elif kind == 1:
        new = tag[0] * 2
    elif kind == 2:  # an element without what stands in it
        name = re.match(r"</?([\w:]+)", tag[0])
        new = f"<{name[1]}/>" if name else ""
    elif kind == 3:
        new = re.sub(r'"[^"]*"', lambda _: f'"{chance.choice(NASTY)[:200]}"', tag[0], count=1)
    elif kind == 4:
        new = re.sub(r"\s[\w:]+=\"[^\"]*\"", "", tag[0], count=1)
    elif kind == 5:
        new = tag[0] + chance.choice(NASTY)
    else:
        new = tag[0] + f"<!--{'x' * 100_000}-->"
    return (text[: tag.start()] + new + text[tag.end() :]).encode("utf-8", "replace")


def _member(chance: random.Random, content: bytes) -> bytes:
    """Damage of an archive: one of its members, or its list of them."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:  # damaged before
        return _bytes(chance, content)
    if not members:
        return _bytes(chance, content)
    # the first tables of a workbook more often than its settings
    weights = [4 if "sheet" in name or "styles" in name or "workbook" in name else 1 for name, _ in members]
    place = chance.choices(range(len(members)), weights)[0]
    name, inside = members[place]
    kind = chance.randrange(8)
    if kind == 0:
        del members[place]
    elif kind == 1:
        members[place] = (
            chance.choice([*(other for other, _ in members), "../x.csv", "x" * 300, "é.csv"]),
            inside,
        )
    elif kind == 2:
        members[place] = (name, chance.choice(members)[1])
    else:
        members[place] = (name, damaged(chance, inside) if inside else b"x")
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for other, inside in members:
            archive.writestr(other, inside)
    return made.getvalue()
