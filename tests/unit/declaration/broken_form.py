"""Keys, types and shapes that a declaration does not have."""

from __future__ import annotations

from .broken import Broken

ACCOUNT = "an AWS account is 12 digits"
CASES = [
    Broken("an unknown section", "poeple: {} # <-\n", "poeple", "did you mean `people`?"),
    Broken("an unknown section unlike any", "zzz: {} # <-\n", "zzz", "allowed: include, account, people"),
    Broken(
        "a misspelt kind of person", "people:\n  taro: {iamusr: {}} # <-\n", "people.taro.iamusr", "mean `iamUser`?"
    ),
    Broken(
        "a key in snake case",
        "teams:\n  ops:\n    members: [taro]\n    assume_role: {} # <-\npeople: {taro: {iamUser: {}}}\n",
        "teams.ops.assume_role",
        "did you mean `assumeRole`?",
    ),
    Broken("a section without content", "people: # <-\n", "people", "or remove the key"),
    Broken("a key without value", "people:\n  taro:\n    iamUser: # <-\n", "people.taro.iamUser", "write the value"),
    Broken("an empty list item", "externalGroups:\n  - # <-\n", "externalGroups[0]", "a list item has a value"),
    Broken("people as a list", "people: [taro] # <-\n", "people", "below `people:`"),
    Broken("a person as text", "people:\n  taro: iamUser # <-\n", "people.taro", "write `taro: {iamUser: …}`"),
    Broken("a person without principal", "people:\n  taro: {} # <-\n", "people.taro", "exactly one of iamUser"),
    Broken(
        "a person with two principals",
        'people:\n  ci: {iamUser: {}, iamRole: "arn:aws:iam::111122223333:role/ci"} # <-\n',
        "people.ci",
        "exactly one of iamUser",
    ),
    Broken(
        "a person's name with a space",
        "people:\n  taro yamada: {iamUser: {}} # <-\n",
        'people["taro yamada"]',
        "rename it",
    ),
    Broken(
        "a moment without its zone",
        "teams:\n  t: {members: [a], assumeRole: {revokeSessionsBefore: 2026-11-26 12:00}} # <-\n"
        "people: {a: {iamUser: {}}}\n",
        "teams.t.assumeRole.revokeSessionsBefore",
        "write it like `revokeSessionsBefore: 2026-11-26T12:00:00Z`",
    ),
    Broken(
        "a moment that no clock shows",
        "teams:\n  t: {members: [a], assumeRole: {revokeSessionsBefore: 2026-11-26T25:00:00Z}} # <-\n"
        "people: {a: {iamUser: {}}}\n",
        "teams.t.assumeRole.revokeSessionsBefore",
        "write it like `revokeSessionsBefore: 2026-11-26T12:00:00Z`",
    ),
    Broken(
        "an IAM path without slashes",
        "people:\n  taro: {iamUser: {path: developers}} # <-\n",
        "people.taro.iamUser.path",
        "like /developers/",
    ),
    Broken(
        "a session instead of a role",
        'people:\n  ci: {iamRole: "arn:aws:sts::111122223333:assumed-role/deploy/me"} # <-\n',
        "people.ci.iamRole",
        "arn:aws:iam::111122223333:role/deploy,",
    ),
    Broken(
        "an instance profile instead of a role",
        'people:\n  ci: {iamRole: "arn:aws:iam::111122223333:instance-profile/ci"} # <-\n',
        "people.ci.iamRole",
        "the role in the instance profile",
    ),
    Broken(
        "a user's ARN instead of a role's",
        'people:\n  ci: {iamRole: "arn:aws:iam::111122223333:user/ci"} # <-\n',
        "people.ci.iamRole",
        "iamUser: {path:",
    ),
    Broken(
        "an account's root",
        'people:\n  ci: {iamRole: "arn:aws:iam::111122223333:root"} # <-\n',
        "people.ci.iamRole",
        "account roots",
    ),
    Broken(
        "an SSO suffix that YAML takes for a number",
        "people:\n  x: {ssoPermissionSet: {name: A, suffix: 0123456789012345}} # <-\n",
        "people.x.ssoPermissionSet.suffix",
        'suffix: "0123456789012345"',
    ),
    Broken(
        "an SSO suffix too short",
        "people:\n  x: {ssoPermissionSet: {name: A, suffix: abc}} # <-\n",
        "people.x.ssoPermissionSet.suffix",
        "16 hexadecimal digits",
    ),
    Broken("a team without members", "teams:\n  ops: {members: []} # <-\n", "teams.ops.members", "at least one item"),
    Broken("a team that is a list", "teams:\n  ops: [taro] # <-\n", "teams.ops", "the keys members, assumeRole"),
    Broken("a team in capitals", "teams:\n  Ops: {members: [taro]} # <-\n", "teams.Ops", "lower-case letters"),
    Broken("members as text", "teams:\n  ops: {members: taro} # <-\n", "teams.ops.members", "`members: [taro]`"),
    Broken(
        "a session of a day",
        "people: {t: {iamUser: {}}}\nteams:\n  ops:\n    members: [t]\n    assumeRole: {maxSessionHours: 24} # <-\n",
        "teams.ops.assumeRole.maxSessionHours",
        "write 12 or less",
    ),
    Broken(
        "yes for true",
        "teams:\n  ops:\n    members: [taro]\n    assumeRole: {mfa: yes} # <-\npeople: {taro: {iamUser: {}}}\n",
        "teams.ops.assumeRole.mfa",
        "write `mfa: true`",
    ),
    Broken("an account that is a number", "account: {id: 111122223333} # <-\n", "account.id", 'id: "111122223333"'),
    Broken("an account with a leading zero", "account: {id: 012345678901} # <-\n", "account.id", '"012345678901"'),
    Broken("an account too short", 'account: {id: "1111"} # <-\n', "account.id", ACCOUNT),
    Broken("an account in other digits", 'account: {id: "١١١١٢٢٢٢٣٣٣٣"} # <-\n', "account.id", ACCOUNT),
    Broken("no account id", "account: {region: eu-west-1} # <-\n", "account.id", "`id` is missing"),
    Broken(
        "a version that is a number",
        'cluster:\n  name: prod\n  account: "111122223333"\n  region: eu-west-1\n  version: 1.30 # <-\n  creator: ci\n',
        "cluster.version",
        '`version: "1.30"`',
    ),
    Broken(
        "a patch version",
        'cluster:\n  name: a\n  account: "111122223333"\n  region: eu-west-1\n  version: 1.33.1 # <-\n  creator: ci\n',
        "cluster.version",
        "characters",
    ),
    Broken(
        "a region that isn't one",
        'cluster:\n  name: a\n  account: "111122223333"\n  region: Ireland # <-\n  version: "1.33"\n  creator: ci\n',
        "cluster.region",
        "like eu-west-1",
    ),
    Broken(
        "an unknown authentication mode",
        'cluster: # \n  {name: a, account: "111122223333", region: eu-west-1, version: "1.33", creator: ci,\n'
        "  authenticationMode: API_AND_CONFIGMAP} # <-\n",
        "cluster.authenticationMode",
        "API_AND_CONFIG_MAP",
    ),
    Broken(
        "no creator",
        'cluster: # <-\n  {name: a, account: "111122223333", region: eu-west-1, version: "1.33"}\n',
        "cluster.creator",
        "whose principal runs `pulumi up`",
    ),
    Broken(
        "a misspelt creator, told once",
        'cluster:\n  name: a\n  account: "111122223333"\n  region: eu-west-1\n  version: "1.33"\n  creater: ci # <-\n',
        "cluster.creater",
        "did you mean `creator`?",
    ),
    Broken("an unknown kind of nodes", "nodeGroups:\n  a: {kind: spot} # <-\n", "nodeGroups.a.kind", "one of managed"),
    Broken(
        "a size as text", 'nodeGroups:\n  a: {kind: managed, min: "2"} # <-\n', "nodeGroups.a.min", "without quotes"
    ),
    Broken("a size below zero", "nodeGroups:\n  a: {kind: managed, min: -1} # <-\n", "nodeGroups.a.min", "0 or more"),
    Broken("no kind of nodes", "nodeGroups:\n  a: {instanceTypes: [m]} # <-\n", "nodeGroups.a.kind", "is missing"),
    Broken("a namespace with dots", "namespaces:\n  a.b: {} # <-\n", 'namespaces["a.b"]', "rename it"),
    Broken(
        "a label that YAML takes for a boolean",
        "namespaces:\n  a: {labels: {injected: true}} # <-\n",
        "namespaces.a.labels.injected",
        '`injected: "true"`',
    ),
    Broken("a role without rules", "roles:\n  a: {rules: []} # <-\n", "roles.a.rules", "at least one item"),
    Broken(
        "a rule without verbs",
        "roles:\n  a: {rules: [{resources: [pods]}]} # <-\n",
        "roles.a.rules[0].verbs",
        "missing",
    ),
    Broken(
        "a verb not in a list",
        "roles:\n  a: {rules: [{verbs: get}]} # <-\n",
        "roles.a.rules[0].verbs",
        "`verbs: [get]`",
    ),
    Broken("a role's name with a slash", "roles:\n  a/b: {rules: [{verbs: [get]}]} # <-\n", 'roles["a/b"]', "no '/'"),
    Broken("a grant as text", "grants:\n  - payments # <-\n", "grants[0]", "an item of grants is a map"),
    Broken("grants as a map", "grants: {team: payments} # <-\n", "grants", "grants is a list"),
    Broken("a date that is none", "grants:\n  - {until: 2027-02-30} # <-\n", "grants[0].until", "until: 2027-03-31"),
    Broken("a time as until", "grants:\n  - {until: 2027-03-31T12:00:00Z} # <-\n", "grants[0].until", "YYYY-MM-DD"),
    Broken("a year as until", "grants:\n  - {until: 2027} # <-\n", "grants[0].until", "YYYY-MM-DD"),
    Broken(
        "an access policy's ARN",
        "grants:\n  - {accessPolicy: arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy} # <-\n",
        "grants[0].accessPolicy",
        "without the ARN",
    ),
    Broken(
        "a service account without namespace",
        "metricsReaders:\n  - {serviceAccount: prometheus} # <-\n",
        "metricsReaders[0].serviceAccount",
        "namespace/name",
    ),
    Broken(
        "a kept line without name", "keep: {mapRoles: [{rolearn: x}]} # <-\n", "keep.mapRoles[0].username", "missing"
    ),
    Broken("include as text", "include: people.yaml # <-\n", "include", "`include: [people.yaml]`"),
    Broken("include of a number", "include: [1] # <-\n", "include[0]", "like people.yaml"),
    Broken("include of what isn't there", "include: [poeple.yaml] # <-\n", "include[0]", "people.yaml?"),
    Broken("include by an absolute path", "include: [/etc/passwd] # <-\n", "include[0]", "relative to this file"),
    Broken("include of a Windows path", "include: ['C:\\a.yaml'] # <-\n", "include[0]", "relative to this file"),
    Broken("include of a folder", "include: [.] # <-\n", "include[0]", "must exist"),
    Broken("include of itself", "include: [main.yaml] # <-\n", "include[0]", "circle: main.yaml → main.yaml"),
    Broken(
        "a person in two files", "include: [people.yaml]\npeople:\n  taro: {iamUser: {}} # <-\n", "people.taro", ":3"
    ),
]
