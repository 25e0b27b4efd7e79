"""Random edits of a declaration, as people make them: each a small step, and each of a declaration that stays valid."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .stage import Raw

VERBS = ["get", "list", "watch", "patch", "update", "create", "delete"]
POLICIES = ["AmazonEKSViewPolicy", "AmazonEKSEditPolicy"]
OPEN_TEAMS = ("payments", "auditors", "search", "discovery", "billing")


@dataclass
class Editor:
    """Makes edits; everything follows from the seed."""

    seed: str
    newcomers: int = 0
    _random: random.Random = field(init=False)
    _deck: list[Callable[[Editor, Raw], str | None]] = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        # renames are what goes wrong most easily: no run is without them
        self._deck = [*self._random.sample(OTHERS, len(OTHERS)), *RENAMES]

    def edit(self, raw: Raw) -> tuple[str, Raw]:
        """Return what was done, and the declaration after it; each kind of edit once before any comes again."""
        for _ in range(100):
            draft = copy.deepcopy(raw)
            self._deck = self._deck or self._random.sample([*OTHERS, *RENAMES], len(OTHERS) + len(RENAMES))
            make = self._deck.pop()
            if told := make(self, draft):
                return told, draft
        raise AssertionError("no edit is possible")

    def _members(self, raw: Raw) -> list[str]:
        fixed = {"ci", "mika", "sato", "hanako"}
        return [name for name in raw["people"] if name not in fixed]

    def _teams(self, raw: Raw) -> list[str]:
        return [team for team in raw["teams"] if team != "operators"]

    def join(self, raw: Raw) -> str | None:
        self.newcomers += 1
        name = f"new{self.newcomers}"
        raw["people"][name] = {"iamUser": {"path": self._random.choice(["/", "/developers/"])}}
        team = self._random.choice(self._teams(raw))
        raw["teams"][team]["members"].append(name)
        return f"{name} joins {team}"

    def leave(self, raw: Raw) -> str | None:
        name = self._random.choice(self._members(raw))
        if any(team["members"] == [name] for team in raw["teams"].values()):
            return None
        for team in raw["teams"].values():
            team["members"] = [member for member in team["members"] if member != name]
        raw["grants"] = [grant for grant in raw["grants"] if grant.get("person") != name]
        del raw["people"][name]
        return f"{name} leaves"

    def move(self, raw: Raw) -> str | None:
        name = self._random.choice(self._members(raw))
        old = [team for team in self._teams(raw) if name in raw["teams"][team]["members"]]
        new = [team for team in self._teams(raw) if name not in raw["teams"][team]["members"]]
        if not old or not new or len(raw["teams"][old[0]]["members"]) == 1:
            return None
        to = self._random.choice(new)
        raw["teams"][old[0]]["members"].remove(name)
        raw["teams"][to]["members"].append(name)
        return f"{name} goes from {old[0]} to {to}"

    def grant(self, raw: Raw) -> str | None:
        role = self._random.choice([*raw["roles"], "view", "edit"])
        who: dict[str, Any] = self._random.choice(
            [{"team": self._random.choice(self._teams(raw))}, {"person": self._random.choice(self._members(raw))}]
        )
        made = {**who, "role": role, "namespaces": [self._random.choice(list(raw["namespaces"]))]}
        if any(grant.get("role") == role and who.items() <= grant.items() for grant in raw["grants"]):
            return None
        raw["grants"].append(made)
        return f"{made} is granted"

    def policy(self, raw: Raw) -> str | None:
        if raw["cluster"]["authenticationMode"] == "CONFIG_MAP":
            return None
        person, policy = self._random.choice(self._members(raw)), self._random.choice(POLICIES)
        raw["grants"] = [g for g in raw["grants"] if g.get("person") != person or "accessPolicy" not in g]
        raw["grants"].append({"person": person, "accessPolicy": policy, "namespaces": ["search"]})
        return f"{person} gets {policy}"

    def revoke(self, raw: Raw) -> str | None:
        gone = self._random.choice(raw["grants"])
        left = [grant for grant in raw["grants"] if grant is not gone]
        if not any(grant.get("team") == gone.get("team") for grant in left):
            return None
        raw["grants"] = left
        return f"{gone} is taken away"

    def elsewhere(self, raw: Raw) -> str | None:
        grant = self._random.choice([g for g in raw["grants"] if g.get("namespaces")])
        names = sorted(raw["namespaces"])
        grant["namespaces"] = sorted(self._random.sample(names, self._random.randint(1, len(names))))
        return f"{grant} is where it is now"

    def rules(self, raw: Raw) -> str | None:
        role = self._random.choice(list(raw["roles"]))
        rule = self._random.choice(raw["roles"][role]["rules"])
        rule["verbs"] = sorted(self._random.sample(VERBS, self._random.randint(1, 4)))
        return f"role {role} allows {rule['verbs']} on {rule['resources']}"

    def rename_role(self, raw: Raw) -> str | None:
        old = self._random.choice(list(raw["roles"]))
        new = f"{old.partition('-v')[0]}-v{self._random.randint(2, 99)}"
        raw["roles"][new] = raw["roles"].pop(old)
        for grant in raw["grants"]:
            if grant.get("role") == old:
                grant["role"] = new
        return f"role {old} is called {new} from now on"

    def rename_team(self, raw: Raw) -> str | None:
        old = self._random.choice([team for team in self._teams(raw) if "assumeRole" not in raw["teams"][team]])
        new = f"{old.partition('-v')[0]}-v{self._random.randint(2, 99)}"
        raw["teams"][new] = raw["teams"].pop(old)
        for grant in raw["grants"]:
            if grant.get("team") == old:
                grant["team"] = new
        return f"team {old} is called {new} from now on"

    def nodes(self, raw: Raw) -> str | None:
        if "extra" in raw["nodeGroups"]:
            del raw["nodeGroups"]["extra"]
            return "a node group goes"
        kind = self._random.choice(["managed", "self-managed"])
        sizes = {"instanceTypes": ["m7g.large"], "min": 0, "max": 1} if kind == "managed" else {}
        raw["nodeGroups"]["extra"] = {"kind": kind, **sizes}
        return f"a {kind} node group comes"

    def namespace(self, raw: Raw) -> str | None:
        name = f"ns{len(raw['namespaces'])}"
        raw["namespaces"][name] = {}
        raw["grants"][0]["namespaces"] = sorted([*raw["grants"][0]["namespaces"], name])
        return f"namespace {name} comes, for {raw['grants'][0]}"


OTHERS: list[Callable[[Editor, Raw], str | None]] = [
    Editor.join, Editor.leave, Editor.move, Editor.grant, Editor.policy, Editor.revoke, Editor.elsewhere,
    Editor.rules, Editor.nodes, Editor.namespace,
]  # fmt: skip
RENAMES: list[Callable[[Editor, Raw], str | None]] = [Editor.rename_role, Editor.rename_team]
