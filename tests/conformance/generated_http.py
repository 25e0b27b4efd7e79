"""Generated HTTP requests: ordinary ones, and paths and queries that nobody would write on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from urllib.parse import quote

METHODS = ("GET", "GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "TRACE")
PARTS = (
    "namespaces", "namespaces", "a", "kube-system", "pods", "x", "web-0", "status", "finalize", "log", "exec", "proxy",
    "watch", "nodes", "metrics", "v1", "api", "apis", "apps", "", "a b", "a:b", "a%b", "..", "Pods", "deployments", "ü",
)  # fmt: skip
SELECTORS = (
    "metadata.name=x", "metadata.name==x", "metadata.name!=x", "metadata.name=", "metadata.name=a/b",
    "metadata.name=a%b", "metadata.name=..", "spec.nodeName=n1,metadata.name=x", "metadata.name=y,metadata.name=x",
    "metadata.name!=y,metadata.name=x", "metadata.name=a\\,b", "metadata.name=a\\=b", "metadata.name=a\\b",
    "metadata.name=a=b", "metadata.name", ",metadata.name=x,", "metadata.name=x\\", "=x", "metadata.name\\,y=x",
    "metadata.name!==x", "metadata.name===x", " metadata.name=x", "metadata.name=x,oops", "\\,metadata.name=x",
    "metadata.name=\\\\", "metadata.name=ü", "a=b\\,metadata.name=x", "metadata.name=x,a=b=c",
)  # fmt: skip
FLAGS = ("true", "false", "0", "1", "", "False", "FALSE", "no", "f")
NUMBERS = (
    "5",
    "0",
    "-1",
    "+7",
    "x",
    "",
    "1.5",
    "0x10",
    "1_000",
    "9223372036854775807",
    "9223372036854775808",
    " 1",
    "٣",
)


def generate_http(random: Random) -> tuple[str, str]:
    """Make a method and a URL."""
    query = _query(random)
    return random.choice(METHODS), _path(random) + (f"?{query}" if query or random.random() < 0.05 else "")


def _path(random: Random) -> str:
    kind = random.random()
    if kind < 0.35:
        parts = ["api", "v1"]
    elif kind < 0.7:
        parts = ["apis", random.choice(("apps", "rbac.authorization.k8s.io", "")), "v1"]
    else:
        parts = [random.choice(("api", "apis", "metrics", "healthz", "", "Api", "version"))]
    if random.random() < 0.08:
        parts.append(random.choice(("watch", "proxy")))
    if random.random() < 0.4:
        parts += ["namespaces", random.choice(PARTS)]
    parts += [random.choice(PARTS) for _ in range(random.randint(0, 4))]
    path = "/" + "/".join(_escape(random, part) for part in parts)
    return path + random.choice(("", "", "", "/", "//"))


def _escape(random: Random, part: str) -> str:
    return quote(part, safe=random.choice(("", ":")))


def _query(random: Random) -> str:
    pairs = []
    for key, values, chance in (
        ("fieldSelector", SELECTORS, 0.45),
        ("fieldSelector", SELECTORS, 0.1),
        ("watch", FLAGS, 0.3),
        ("watch", FLAGS, 0.05),
        ("limit", NUMBERS, 0.12),
        ("timeoutSeconds", NUMBERS, 0.12),
        ("labelSelector", ("app=x", "a in (b,c)", ""), 0.1),
        ("resourceVersion", ("0", "", "x"), 0.1),
        ("allowWatchBookmarks", FLAGS, 0.05),
        ("pretty", ("true",), 0.05),
    ):
        if random.random() < chance:
            pairs.append(_pair(random, key, values))
    random.shuffle(pairs)
    return "&".join(pairs) + random.choice(("", "", "", "&", "&&x", "&%zz=1"))


def _pair(random: Random, key: str, values: Sequence[str]) -> str:
    value = random.choice(values)
    written = value if random.random() < 0.1 and value.isascii() and " " not in value else quote(value, safe="")
    if random.random() < 0.02:
        written += ";"
    return key if not value and random.random() < 0.3 else f"{key}={written}"
