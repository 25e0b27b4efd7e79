"""A cluster in which everything is called something that would do harm where it is not escaped."""

from __future__ import annotations

from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import BindingSubject, RbacObjects, Role, RoleBinding
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.plan.model import EntryType, PolicyScope, RbacRule
from eks_access.review.access_review import AccessReview
from eks_access.review.state import AccessState, Way

NAMES = (
    "</script><script>alert(1)</script>",
    "`code` ``` | **bold** [x](http://evil.example) @everyone",
    "two\nlines\r# heading",
    "\x1b[31mred\x1b[0m\x07",
    "line\u2028and\u2029paragraph \u202eturned",
    "[bold]rich[/bold] @@DATA@@ @@POLICY@@",
    '"><img src=x onerror=alert(1)> & <!-- \\u003c',
)


def review() -> AccessReview:
    """Everybody and everything by these names: people, namespaces, roles, bindings, groups, policies, notices."""
    rules = (RbacRule(verbs=("get", "list", "watch"), api_groups=("", NAMES[0]), resources=("pods", NAMES[3])),)
    entries, ways, roles, bindings = [], [], [], []
    for number, name in enumerate(NAMES):
        arn = f"arn:aws:iam::111122223333:user/u{number}"
        policy = PolicyScope(policy=f"Amazon{name}", arn=f"arn:aws:eks::aws:cluster-access-policy/{name}")
        entries.append(
            AccessEntry(
                key=name,
                principal_arn=arn,
                type=EntryType.STANDARD,
                username=name,
                groups=(f"g{name}",),
                policies=(policy,),
            )
        )
        ways.append(Way(person=name, principal_arn=arn, session="", via=f"team {name}"))
        stored = name.replace("/", "|")  # the API server takes almost any name of a role, and no slash
        roles.append(Role(name=stored, rules=rules))
        subject = BindingSubject(kind="Group", name=f"g{name}")
        bindings.append(
            RoleBinding(name=stored, namespace=name, role_kind="ClusterRole", role_name=stored, subjects=(subject,))
        )
        bindings.append(
            RoleBinding(
                name=stored, namespace=None, role_kind="ClusterRole", role_name=stored + "x", subjects=(subject,)
            )
        )
    return AccessReview(
        AccessState(
            name=NAMES[0],
            version="1.33",
            mode=AuthenticationMode.API,
            entries=tuple(entries),
            rbac=RbacObjects(roles=tuple(roles), bindings=tuple(bindings)),
            namespaces=NAMES,
            people=NAMES,
            ways=tuple(ways),
            notices=NAMES,
        )
    )
