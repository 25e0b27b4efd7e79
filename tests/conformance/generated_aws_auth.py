"""Generated aws-auth ConfigMaps: sound ones in every YAML style, real-life mistakes, and text of a broken editor.

The principals that are asked about are mostly ones that the ConfigMap names, so that being mapped is common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

ACCOUNT = "111122223333"
OTHER = "012345678901"
ROLES = ("Admin", "admin", "node-role", "DEV_ops", "eks.node", "\u017fmith", "K8s", "ÀÉ", "straße", "İx", "ops")
USERS = ("hanako", "Hanako", "path/to/taro", "\u017fam", "jane@x", "sam", "ΣΑΣ")
GROUPS = (
    "system:masters", "system:bootstrappers", "system:nodes", "devs", "a b", "team-{{AccountID}}", "{{SessionName}}",
    "{{SessionNameRaw}}", "x{{AccessKeyID}}", "eks:kube-proxy-windows", "日本", "{{EC2PrivateDNSName}}",
)  # fmt: skip
USERNAMES = (
    "admin", "dev", "ops:x", "system:node:{{EC2PrivateDNSName}}", "{{SessionName}}", "dev:{{SessionNameRaw}}",
    "u-{{AccountID}}",
    "{{Session}}", "x: y", "a #b", "", "{{AccessKeyID}}-{{SessionName}}", "ünï", "{{ SessionName }}",
)  # fmt: skip
SCALARS = (
    "y", "Y", "n", "yes", "Yes", "YES", "yEs", "no", "on", "On", "off", "OFF", "true", "False", "tRUE", "~", "null",
    "Null", "nULL", "", "0", "1", "-1", "+1", "0o17", "0O17", "017", "08", "0x1F", "0XfF", "0b101", "-0b11", "0b-1",
    "0b+1", "0b2", "1_000", "_1", "1__0", "0x_1", "1e3", "1.5", ".5", "5.", "1e999", "-.5e-3", "1E+2", ".", "..", "-",
    ".nan", ".NaN", ".inf", "-.Inf", "+.INF", ".Nan", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "-9223372036854775809", "123456789012", "012345678901", "2001-01-01", "2001-13-01",
    "2001-12-14t21:59:43.10-05:00", "12:30", "190:20:30", "=", "<<", "!!str 5", "!!int 5", '!!int "5"', "!!int x",
    "!!float 3", "!!null ''", "!!null x", "!!bool yes", "!!bool 1", "!!binary aGVsbG8=", "!!binary /w==", "!!binary x",
    "!!timestamp 2001-01-01", "!!timestamp 2001-02-30", "!!timestamp x", "! 5", "! ~", "!foo 5", "!foo", "!!str",
    "!!str ~", "!<tag:yaml.org,2002:str> 7", "!<!x> 7", "!x!y z", "!!%73tr 8", "'y'", '"on"', "''", '""', "'it''s'",
    '"\\x41\\u00e9\\U0001F600"', '"\\/"', '"\\e\\0"', '"\\ud800"', '"a\\\n  b"', "'a\n\n  b'", '"a  \n  b"', "|",
    "&a x", "*a", "*nowhere", "[a, b]", "{a: b}", "[]", "{}", "{{SessionName}}", "[a", "a]", "@x", "`x`", "%x", "a: b",
    "a:b", "a #c", "a#c", "#c", "? x", "?x", ":x", "- x", "-x", "a\tb", "\tb", "a\t", "\x85", "a\u2028b", "\ufeffx",
    "a\xa0b", "\x7f", "\x01", "\ufffe", "1.0", "0.", "00", "0_", "0x", "1e", "+", "+0x1", "0b", "0o", "1,000", "\u0661",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A ConfigMap's data and who is asked about: canonical ARN, account, session, user id, access key."""

    data: dict[str, str]
    principals: Sequence[tuple[str, str, str, str, str]]


def generate_case(random: Random, principals: int) -> Case:
    """One ConfigMap, and principals most of whom it names."""
    data = {}
    if random.random() < 0.97:
        data["mapRoles"] = _spoiled(random, _section(random, "rolearn"))
    if random.random() < 0.6:
        data["mapUsers"] = _spoiled(random, _section(random, "userarn"))
    if random.random() < 0.5:
        data["mapAccounts"] = _spoiled(random, _accounts(random))
    if random.random() < 0.02:
        data[random.choice(("maproles", "mapRole", "MapUsers"))] = "- a"
    text = "\n".join(data.values())
    arns = [arn for arn in _arns() if arn in text] or list(_arns())
    return Case(data=data, principals=[_principal(random, arns) for _ in range(principals)])


def _arns() -> list[str]:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ROLES]
    return roles + [f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in USERS]


def _principal(random: Random, arns: Sequence[str]) -> tuple[str, str, str, str, str]:
    account = random.choice((ACCOUNT, ACCOUNT, OTHER, "", "5"))
    arn = random.choice(arns if random.random() < 0.85 else _arns())
    arn = random.choice((arn, arn, arn, arn.upper(), arn.lower(), arn.replace("s", "\u017f"), arn + "x"))
    session = random.choice(("i-0123456789abcdef0", "i-01234567", "me@example.com", "i-0123", "", "botocore-1"))
    return arn, account, session, "AROAEXAMPLE", random.choice(("ASIAEXAMPLE", ""))


def _arn(random: Random, field: str) -> str:
    names, kind = (ROLES, "role") if (field == "rolearn") == (random.random() < 0.95) else (USERS, "user")
    arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{random.choice(names)}"
    return random.choice(
        (arn, arn, arn, arn, arn.upper(), arn.lower(), arn.replace("s", "\u017f"), arn.replace("k", "K"))
    )


def _key(random: Random, key: str) -> str:
    if random.random() < 0.97:
        return key
    return random.choice(
        (key.upper(), key.title(), key.replace("s", "\u017f"), key + "s", f'"{key}"', f"'{key}'",
        f"? {key}\n  ", f"&k {key}",
         f"!!str {key}", key[0].upper() + key[1:], key + " ", key[:-1], f"!!binary {'cm9sZWFybg=='}", f"{key}\t")
    )  # fmt: skip


def _text(random: Random, said: str, indent: str) -> str:
    """A text in one of YAML's styles, right or wrong."""
    style = random.random()
    if style < 0.45:
        return said
    if style < 0.6:
        return '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if style < 0.75:
        return "'" + said.replace("'", "''") + "'"
    if style < 0.85:
        header = random.choice("|>") + random.choice(("", "-", "+", "2", "-1", "1+", "0", " # c", "\t", "9"))
        deeper = indent + random.choice(("  ", "  ", "  ", " ", "    ", "\t", ""))
        return f"{header}\n{deeper}{said}" + random.choice(
            ("", "\n", "\n\n", f"\n{deeper}more", f"\n {deeper}more", "\n \n")
        )
    if style < 0.88:
        return said + f"\n{indent}  " + random.choice(("more", "# c", "- x", "a: b", "\tmore", "..."))
    return random.choice(SCALARS)


def _groups(random: Random, indent: str) -> str:
    groups = random.sample(GROUPS[: random.choice((5, 12))], random.randint(0, 3))
    if random.random() < 0.03:
        return " " + random.choice(SCALARS)
    if random.random() < 0.25:
        items = [_quoted(random, each) for each in groups]
        return (
            " ["
            + random.choice((", ", ",", ",\n  ", " , ", ",\t")).join(items)
            + random.choice(("]", "]", "]", ",]", " ]"))
        )
    if random.random() < 0.02:
        return random.choice((" *g", " &g [devs]", " &g", " *g", " !!seq [x]", " !!str [x]"))
    pad = indent + random.choice(("", "  ", "  ", " ", "    "))
    lines = [
        f"{pad}- {_text(random, each, pad) if random.random() < 0.08 else _quoted(random, each)}" for each in groups
    ]
    return random.choice(("", "", "", "", " # c", " &g", " ")) + "".join("\n" + line for line in lines)


def _quoted(random: Random, said: str) -> str:
    return said if not (said.startswith("{") or ": " in said) and random.random() < 0.7 else f'"{said}"'


def _item(random: Random, field: str, number: int) -> str:
    indent = "  "
    fields = [(field, _text(random, _arn(random, field), indent) if random.random() < 0.15 else _arn(random, field))]
    if random.random() < 0.9:
        name = random.choice(USERNAMES)
        fields.append(("username", _text(random, name, indent) if random.random() < 0.15 else _quoted(random, name)))
    lines = [f"{_key(random, key)}: {value}" for key, value in fields]
    for _ in range(random.choice((0, 1, 1, 1, 1, 2))):
        lines.append(f"{_key(random, 'groups')}:{_groups(random, indent)}")
    if random.random() < 0.07:
        lines.append(random.choice(EXTRAS)(random))
    random.shuffle(lines)
    if random.random() < 0.05:  # two fields under one name
        lines.append(f"{_key(random, random.choice((field, 'username')))}: {random.choice(SCALARS)}")
    anchor = f"&i{number}\n{indent}" if random.random() < 0.05 else ""
    return "- " + anchor + f"\n{indent}".join(lines)


EXTRAS: tuple[Callable[[Random], str], ...] = (
    lambda random: "<<: *i" + str(random.randint(0, 2)),
    lambda random: "<<: [*i0, {username: merged, groups: [m]}]",
    lambda random: "<<: {username: merged, rolearn: x, userarn: x}",
    lambda random: "<<: " + random.choice(SCALARS),
    lambda random: "sso: " + random.choice(SCALARS),
    lambda random: f"sso: {{accountID: {random.choice(('', chr(34)))}{OTHER}, permissionSetName: View}}",
    lambda random: (
        f"sso: {{accountid: '{OTHER}', PermissionSetName: View, partition: {random.choice(('aws', 'x', '~'))}}}"
    ),
    lambda random: "sso:\n    accountID: '111122223333'\n    permissionSetName: a b",
    lambda random: random.choice(SCALARS) + ": " + random.choice(SCALARS),
    lambda random: "extra: " + random.choice(SCALARS),
    lambda random: "extra: [" * random.choice((1, 5, 40)) + "x",
    lambda random: "? " + random.choice(("[a]", "{a: b}", "a", "[]", "")) + "\n  : x",
    lambda random: "[]: x",
    lambda random: "{}: x",
    lambda random: "userid: " + random.choice(SCALARS),
    lambda random: "extra: {? : a, b, : c, d: , 'e':f, g:h, [x]: y}",
    lambda random: "extra: [? a : b, ? : x, c: d, {e}, : f]",
    lambda random: "extra: [? , a]",
    lambda random: "extra: [? : x]",
    lambda random: "extra: [?]",
    lambda random: "groups: [null, 5, q]\n  GROUPS: [A, B, C, D]\n  Groups: []",
    lambda random: "Groups: [A, B]\n  GROUPS: ~",
    lambda random: "k" * random.choice((1000, 1023, 1024, 1025, 2000)) + ": x",
    lambda random: "'" + "k" * random.choice((1000, 1022, 1024, 1025)) + "': x",
)


def _section(random: Random, field: str) -> str:
    if random.random() < 0.04:
        return random.choice(("", "[]", "{}", "null", "~", "``", '""', "''", " \n", "# only\n", "text", "5",
        "- foo", "-", "---",
                              "{rolearn: x}", " {", "\u00a0", "[{", "- ~", "...", "--- |\n x", ".nan", "*a",
                              "&a", "%YAML 1.1",
                              "\ufeff{}", "\ufeff\ufeff- a"))  # fmt: skip
    items = [_item(random, field, number) for number in range(random.randint(1, 6))]
    if random.random() < 0.12:
        items = [_flow_item(random, field) for _ in items]
        if random.random() < 0.5:
            return "[" + ", ".join(items) + random.choice(("]", ",]", "\n]", "", "] x"))
        return "\n".join("- " + item for item in items)
    between = random.choice(("\n", "\n", "\n", "\n\n", "\n# c\n", "\n  # c\n"))
    return between.join(items) + random.choice(("\n", "\n", "", "\n\n", " ", "\n..."))


def _flow_item(random: Random, field: str) -> str:
    parts = [f"{_key(random, field)}: {_quoted(random, _arn(random, field))}"]
    parts.append(f"username: {_quoted(random, random.choice(USERNAMES))}")
    parts.append("groups: [" + ", ".join(_quoted(random, each) for each in random.sample(GROUPS, 2)) + "]")
    if random.random() < 0.2:
        parts.append(f"{random.choice(SCALARS)}{random.choice((': ', ':'))}{random.choice(SCALARS)}")
    if random.random() < 0.1:
        parts.append(f'"username":{random.choice(SCALARS)}')
    return "{" + random.choice((", ", ",", ",\n ")).join(parts) + random.choice(("}", "}", "}", ",}", " }", ""))


def _accounts(random: Random) -> str:
    accounts = (ACCOUNT, f'"{ACCOUNT}"', OTHER, f"'{OTHER}'", "5", "~", "[a]", "default: 5", *SCALARS[:40])
    items = [random.choice(accounts if random.random() < 0.5 else accounts[:4]) for _ in range(random.randint(0, 4))]
    items += [random.choice(SCALARS)] * (random.random() < 0.3)
    if random.random() < 0.2:
        return "[" + ", ".join(items) + "]"
    return "".join(f"- {item}\n" for item in items)


def _spoiled(random: Random, text: str) -> str:
    """Mostly the text as it is; else with a mistake, or with a few characters changed."""
    chance = random.random()
    if chance < 0.7:
        return text
    if chance < 0.85:
        return random.choice(MISTAKES)(random, text)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at = random.randint(0, len(text))
        length = random.choice((0, 0, 1, 1, 2))
        text = text[:at] + (random.choice(DIRT) if random.random() < 0.7 else "") + text[at + length :]
    return text


DIRT = (
    *"\t\n\r #:-?,[]{}&*!|>'\"%@`\\~<=.0aZ_/+", "\r\n", "\x85", "\u2028", "\u2029", "\xa0", "\ufeff", "\x00",
    "\x07", "\x7f",
    "\x9f", "é", "日", "\U0001f600", "\ufffe", "\n---\n", "\n...\n", "--- ", "... ", " #", ": ", "- ", "? ",
    "\n  ", "\n\t",
    "\n- ", "<<: ", "*i0", "&i0 ", "!!str ", "!!int ", "! ", "|\n", ">-\n", "\\x4", "''", '""', "{{", "}}", "- - ",
)  # fmt: skip


def _line_changed(random: Random, text: str, change: Callable[[str], str]) -> str:
    lines = text.split("\n")
    at = random.randrange(len(lines))
    lines[at] = change(lines[at])
    return "\n".join(lines)


MISTAKES: tuple[Callable[[Random, str], str], ...] = (
    lambda random, text: _line_changed(random, text, lambda line: " " + line),
    lambda random, text: _line_changed(random, text, lambda line: line[1:]),
    lambda random, text: _line_changed(random, text, lambda line: "\t" + line),
    lambda random, text: _line_changed(random, text, lambda line: line.replace("  ", "\t", 1)),
    lambda random, text: _line_changed(random, text, lambda line: line.replace(": ", ":", 1)),
    lambda random, text: _line_changed(random, text, lambda line: line.replace(":", "", 1)),
    lambda random, text: _line_changed(random, text, lambda line: line + " # note"),
    lambda random, text: _line_changed(random, text, lambda line: line + "\t# note"),
    lambda random, text: _line_changed(random, text, lambda line: line + "   "),
    lambda random, text: _line_changed(random, text, lambda line: line + line),
    lambda random, text: _line_changed(random, text, lambda line: ""),
    lambda random, text: _line_changed(random, text, lambda line: "  " + line.lstrip()),
    lambda random, text: text.replace("  ", "\t"),
    lambda random, text: text.replace("\n", "\r\n"),
    lambda random, text: text.replace("\n", "\r"),
    lambda random, text: "".join("  " + line + "\n" for line in text.split("\n")),
    lambda random, text: "---\n" + text,
    lambda random, text: "--- " + text,
    lambda random, text: "\ufeff" + text,
    lambda random, text: "\ufeff\ufeff" + text,
    lambda random, text: "%YAML 1.1\n---\n" + text,
    lambda random, text: "%YAML 1.2\n---\n" + text,
    lambda random, text: "%TAG ! tag:yaml.org,2002:\n---\n" + text.replace("!!", "!"),
    lambda random, text: "%TAG !e! x%41\n---\n" + text,
    lambda random, text: "%FOO\n---\n" + text,
    lambda random, text: text + "\n---\n- {rolearn: second",
    lambda random, text: text + "\n---\n" + "x" * random.randint(400, 600) + "\x07",
    lambda random, text: text + "\n...\n" + random.choice(("\x07", "x", "# c", "%", "---", "[", "- a")),
    lambda random, text: "mapRoles: |\n" + text,
    lambda random, text: "- " + text,
    lambda random, text: text + text,
    lambda random, text: text.replace('"', ""),
    lambda random, text: text.replace("groups:\n", "groups: "),
    lambda random, text: text[: random.randint(0, len(text))],
    lambda random, text: text[random.randint(0, len(text)) :],
    lambda random, text: "# " + "x" * random.randint(400, 600) + "\n" + text,
    lambda random, text: text.replace("username", "extra: &x {a: b}\n  username", 1),
    lambda random, text: "- &s\n" + text.replace("- ", "- <<: *s\n  ", 1),
    lambda random, text: (
        "[" * random.choice((3, 9000, 10001)) + "]" * random.choice((3, 9000)) if random.random() < 0.02 else text
    ),
    lambda random, text: (
        "- &a0 [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"- &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, random.choice((2, 3, 4, 7))))
        + text
    ),
)
