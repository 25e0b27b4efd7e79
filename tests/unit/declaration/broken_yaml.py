"""Files that are no good as YAML, or hold YAML that a declaration does without."""

from __future__ import annotations

from .broken import Broken

NESTED = "people: " + "[" * 30 + "]" * 30 + "\n"
BOMB = "x0: &x0 [a, a, a, a, a, a, a, a]\n" + "".join(
    f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 8)}]\n" for n in range(1, 10)
)

CASES = [
    Broken("an empty file", "", "", "the file is empty", line=1),
    Broken("a file of comments only", "# people\n# teams\n", "", "the file is empty", line=1),
    Broken("an empty document", "---\n", "", "the file is empty", line=1),
    Broken("two documents", "people: {}\n---\nteams: {}\n", "", "name it under `include:`", line=2),
    Broken("a list at the top", "- people\n", "", "is a map of sections", line=1),
    Broken("a text at the top", "people\n", "", "is a map of sections", line=1),
    Broken("a tab as indentation", "people:\n\ttaro: {iamUser: {}}\n", "", "indent with spaces", line=2),
    Broken("a bracket that stays open", "people:\n  taro: {iamUser: {}\nteams: {}\n", "", "must be valid YAML", line=3),
    Broken("a quote that stays open", "people:\n  taro: {iamUser: {path: '/a/}}\n", "", "must be valid YAML", line=3),
    Broken("a star without quotes", "externalGroups: [*]\n", "", 'like "*"', line=1),
    Broken("a colon within a value", "externalGroups:\n  - a: b: c\n", "", "in quotes", line=2),
    Broken("an at sign without quotes", "externalGroups:\n  - @all\n", "", "correct this line", line=2),
    Broken("a template", "people: {{ people }}\n", "people", "quote a value that starts with {", line=1),
    Broken("a control character", "people:\n  ta\x07ro: {}\n", "", "control character", line=2),
    Broken("a key twice", "people:\n  taro: {iamUser: {}}\n  taro: {iamUser: {}} # <-\n", "people.taro", "on line 2"),
    Broken("a section twice", "teams: {}\npeople: {}\nteams: {} # <-\n", "teams", "on line 1 already"),
    Broken("a merge key", "people:\n  taro: {<<: {iamUser: {}}, iamUser: {}} # <-\n", "people.taro", "merge keys"),
    Broken("a number as key", "people:\n  2024: {iamUser: {}} # <-\n", "people", 'quote the key: "2024"'),
    Broken("a boolean as key", "people:\n  true: {iamUser: {}} # <-\n", "people", 'quote the key: "true"'),
    Broken("a list as key", "people:\n  ? [taro] # <-\n  : {iamUser: {}}\n", "people", "keys are text"),
    Broken(
        "a tag", "people:\n  taro: {iamUser: {path: !!str /}} # <-\n", "people.taro.iamUser.path", "tags are not used"
    ),
    Broken(
        "a tag that would run code",
        "people:\n  taro: {iamUser: !!python/object/apply:os.system {}} # <-\n",
        "people.taro.iamUser",
        "tags are not used",
    ),
    Broken("an alias of nothing", "externalGroups: [*ops] # <-\n", "externalGroups[0]", "anchor further up"),
    Broken("an alias of itself", "externalGroups: &ops [*ops] # <-\n", "externalGroups[0]", "anchor further up"),
    Broken("aliases that explode", BOMB, "", "aliases expanded", line=6),
    Broken("brackets without end", NESTED, "people[0][0]", "levels deep", line=1),
]
