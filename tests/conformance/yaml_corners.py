"""Corners of YAML as go-yaml reads it, one at a time: what chance seldom makes, and a real editor or template may."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

VALUES = ("5", "x", "'5'", '"y"', "~", "")
TAGS = (
    "!", "!!str", "!!int", "!!%73tr", "!!s%74r", "!!i%6et", "!!%69n%74", "!<!x>",
    "!<tag:yaml.org,2002:str>", "!<tag:yaml.org,2002:%73tr>",
    "!<x",
    "!<>", "!<%>", "!!%", "!!%7", "!!%7g", "!!%80", "!!%c3%a9", "!!%c3%28", "!!%c3", "!!%e2%82%ac", "!!%e2%82",
    "!!%f0%9f%98%80",
    "!!%f8%88%80%80%80", "!!%bf", "!!%c0%af", "!a!b", "!a!", "!e!tag", "!!str,", "!!str!", "!é", "!!é", "!a b",
    "!!merge", "!!map", "!!seq", "!!null", "!!float", "!!binary", "!!timestamp", "!!bool",
)  # fmt: skip
ANCHORS = ("&a", "&a!", "& a", "&", "&é", "&a:", "&a,", "&a]", "&a%", "&a@", "&a`", "&a?", "&a}", "&a\u2028", "&0_-")
ALIASES = ("*a", "*a ", "*a:", "*a,", "*a]", "*a!", "*", "* a", "*b", "*a#", "*a #c")
ESCAPES = (
    *"0abtnvfrezNLP_ \t\"'\\/xuUzA1",
    "x4", "x41", "x4g", "u", "u12", "u0041", "ud800", "udfff", "ue000", "uffff", "ufffe", "ufeff", "U00110000",
    "U0010FFFF", "U0000d800", "U0001F600", "Uffffffff", "x00", "x7f", "x85", "xa0", "\n", "\r\n", "\r", "\x85",
    "\u2028",
)  # fmt: skip
BREAKS = ("\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\n\r", "\n\n", "\r\n\r\n")
HEADERS = (
    "|", ">", "|-", ">-", "|+", ">+", "|2", ">2", "|2-", "|-2", ">+1", "|0", "|10", "|--", "|+-", "| #c", "|#c", "|x",
    "|\t",
)  # fmt: skip
BODIES = (
    "a\n", "a", "a\n\n", "a\n\nb\n", "a\n\n\nb\n", " a\n", "  a\n b\n", "a\n b\nc\n", "a\n\n b\n\nc\n", "\n",
    "\n\na\n", "a \n", "\ta\n",
    "a\n\tb\n", "a\n#b\n", "#a\n", "a\n...\n", "a\n---\n", "\n a\n", "   \na\n", "a\n   \nb\n", "a\n \t\nb\n",
    "a\x85b\n", "a\u2028b\n",
)  # fmt: skip
NUMBERS = (
    *(f"{sign}{digits}" for sign in ("", "+", "-") for digits in (
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "0x7fffffffffffffff",
        "0x8000000000000000", "0xffffffffffffffff", "0x10000000000000000", "0777", "0o777", "0b1", "0b" + "1" * 63,
        "0b1" + "0" * 63, "0b" + "1" * 64, ".inf", ".Inf", ".INF", ".iNF", ".nan", ".NaN", ".NAN", "1e400",
        "1e-400", "1_0.5",
        "0.1_", "_0", "1__2", "0x_f", "0b_1", ".5", "5.", ".e1", "1e", "1e+", "0e0", "09", "0_9", "1:2", "1:60",
        "0b", "0x",
    )),
    *(word for base in ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "~") for word in (
        base, base.title(), base.upper(), base + "x", base[:1].upper() + base[1:].upper()[:1] + base[2:],
    )),
)  # fmt: skip
TIMES = (
    *(
        f"2001-{month}-{day}"
        for month in ("0", "1", "01", "12", "13")
        for day in ("0", "1", "28", "29", "30", "31", "32")
    ),
    *("2000-02-29", "1900-02-29", "2001-02-29", "0000-01-01", "201-01-01", "20011-01-01", "2001-1-1 ", "2001-01-01T"),
    *(
        f"2001-01-01{gap}{hour}:{minute}:{second}{zone}"
        for gap in ("T", "t", " ")
        for hour in ("0", "00", "23", "24", "25")
        for minute, second in (
            ("00", "00"),
            ("59", "59"),
            ("60", "00"),
            ("00", "60"),
            ("00", "61"),
            ("0", "0"),
            ("00", "00.5"),
        )
        for zone in ("", "Z", "z", " Z", "+1", "-05:00", "+24:00", "+05:60", " +01:00")
    ),
)
DIRECTIVES = (
    "%YAML 1.1", "%YAML 1.1 ", "%YAML 1.1 #c", "%YAML 1.1#c", "%YAML  1.1", "%YAML\t1.1", "%YAML1.1", "%YAML",
    "%YAML 1", "%YAML 1.",
    "%YAML 11.1", "%YAML 111.1", "%YAML 01.01", "%YAML 1.2", "%YAML 2.0", "%YAML 1.1\n%YAML 1.1", "%", "% YAML 1.1",
    "%TAG ! !x",
    "%TAG !! tag:yaml.org,2002:", "%TAG !e! tag:yaml.org,2002:", "%TAG !e tag:x", "%TAG !e! ", "%TAG !e!tag:x",
    "%TAG e! x",
    "%TAG !e! %73\n%YAML 1.1", "%TAG !e! a b", "%TAG !e! x\n%TAG !e! y", "%TAG !! x\n%TAG !! x", "%FOO bar", "#c",
    "...", "---",
)  # fmt: skip
STARTS = (
    "---",
    "--- ",
    "---\t",
    "--- #c",
    "---#c",
    "--- |",
    "",
    "...",
    "---\n---",
    "\ufeff---",
    "\ufeff",
    "\ufeff#c",
    " ---",
)
WHOLE = (
    "- {rolearn: r, <<: {username: u}}", "- {rolearn: r, '<<': {username: u}}", '- {rolearn: r, "<<": {username: u}}',
    "- {rolearn: r, !!merge <<: {username: u}}", "- {rolearn: r, !!merge x: {username: u}}",
    "- {rolearn: r, !!str <<: {username: u}}",
    "- {rolearn: r, <<: [{username: u}, {username: v}]}", "- {rolearn: r, <<: x}", "- {rolearn: r, <<: ~}",
    "- {rolearn: r, <<: [x]}",
    "- &a {rolearn: r}\n- {<<: *a, username: u}", "- &a {rolearn: r}\n- *a", "- &a [*a]", "- &a {rolearn: *a}",
    "- ? rolearn\n  : r",
    "- ? rolearn\n- x", "- {? rolearn : r}", "- {?rolearn: r}", "- {rolearn: r,}", "- {rolearn: r,,}", "- {,}",
    "- [rolearn: r]",
    "- rolearn: r\n  - x", "- rolearn: r - x", "- - rolearn: r", "-\n  rolearn: r", "-\trolearn: r",
    "- rolearn:\tr", "- rolearn:r",
    "- 'rolearn':r", "- {'rolearn':r}", "- {rolearn:r}", '- "rolearn": r', "- rolearn : r",
    "- rolearn: r\n  username:\n  u", "[rolearn: r]",
    "- rolearn: r\n\ufeff- rolearn: s", "- rolearn: \ufeffr", "- rolearn: r\n ", "- rolearn: r\n\t",
    "- rolearn: r\n\t#c", "- rolearn: r\n #c",
    "- rolearn: r # c\n  username: u#c", "- rolearn: r\x00", "-", "--", "- -", "-\n-", "- }", "- ]", "- {", "- [",
    "- ,", "- :", "- ?", "- {rolearn: r}}",
    "- 'rolearn: r", '- "rolearn: r', "- 'a\n---\n'", "- 'a\n...\n'", "- 'a\n---b'", "- \"a\n--- \"",
    "- {rolearn: r\n---\n}", "- {rolearn: r, username: 'a\nb'}",
    "- {rolearn: r, username: a\n  b}", "- {rolearn: r, username: a\nb}", "- rolearn: r\n  username: a\n  b",
    "- rolearn: r\n  username: a\n   b\n\n   c",
    "- rolearn: r\n  username: 'a\n  b'", "- rolearn: r\n  username: 'a\n\tb'", "- rolearn: r\n  username: 'a\nb'",
    "- rolearn: r\n  username: a\n\tb",
    "- rolearn: r\n...\n- rolearn: s", "- rolearn: r\n... x", "- rolearn: r\n...x", "- rolearn: r\n---x",
    "- rolearn: r\n--- x",
    *(f"- {{rolearn: r, {'x' * length}: y}}" for length in (127, 128, 1023, 1024, 1025)),
    *(f"- {{rolearn: r, '{'x' * length}': y}}" for length in (1021, 1022, 1023, 1024)),
    *("[" * depth + "]" * depth for depth in (1, 50, 99, 100, 101)), "- " * 40 + "x",
)  # fmt: skip


def sections() -> Iterator[str]:
    """Yield sections of roles: each corner as a user name, where it is one."""
    yield from WHOLE
    for tag, value in product(TAGS, VALUES):
        yield f"- {{rolearn: r, username: {tag} {value}}}"
        yield f"- rolearn: r\n  username: {tag} {value}\n  groups: [g]"
    for anchor, alias in product(ANCHORS, (*ALIASES, "z")):
        yield f"- rolearn: {anchor} r\n  username: {alias}\n"
        yield f"- {{rolearn: {anchor} r, username: {alias}}}"
    for escape in ESCAPES:
        yield f'- {{rolearn: r, username: "a\\{escape}b"}}'
        yield f'- rolearn: r\n  username: "\\{escape}"'
    for line_break, quote in product(BREAKS, ("", "'", '"')):
        text = f"- rolearn: r\n  username: {quote}a\n   b \n \n  c{quote}\n  groups: [g]\n"
        yield text.replace("\n", line_break)
    for header, body, indent in product(HEADERS, BODIES, ("", "  ", "   ", "\t")):
        text = "".join(f"{indent}{line}" for line in body.splitlines(keepends=True))
        yield f"- rolearn: r\n  username: {header}\n  {text}"
        yield f"- rolearn: r\n  username: {header}\n{text}  groups: [g]\n"
    for scalar in (*NUMBERS, *TIMES):
        yield f"- rolearn: r\n  username: {scalar}"
        yield f"- {{rolearn: r, {scalar}: x, username: [{scalar}]}}"
    for directive, start in product(DIRECTIVES, STARTS):
        yield f"{directive}\n{start}\n- rolearn: r\n  username: !e!str 5\n"
        yield f"{directive}\n{start}\n- rolearn: r"
