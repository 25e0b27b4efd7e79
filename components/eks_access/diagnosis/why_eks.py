"""Refusals of the EKS API about access entries and authentication modes.

Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html and setting-up-access-entries.html.
"""

from __future__ import annotations

from .model import Finding, Remedy, Wall
from .symptoms_model import EksRefused, EksRule
from .why_known import WITH_A_DECLARATION, Known, authenticated, command, owners

_RULES: dict[EksRule, tuple[str, str]] = {
    EksRule.MODE: (
        "access entries exist in the modes API and API_AND_CONFIG_MAP only, and this cluster is in CONFIG_MAP",
        "write `authenticationMode: API_AND_CONFIG_MAP` into the declaration; there is no way back",
    ),
    EksRule.SYSTEM: (
        "an access entry gives no group and no user name that starts with system:, and node entries take neither",
        "declare cluster admins under `admins:`, and nodes under `nodeGroups:`, whose entries have a type of their own",
    ),
    EksRule.EXISTS: (
        "the principal has an entry already: EKS made it for the creator, a managed node group or a Fargate profile, "
        "or somebody by hand",
        "take the entry over: name it under `eks-access:adopt` in the stack file, then `pulumi up`",
    ),
    EksRule.PRINCIPAL: (
        "IAM has no such user or role: it was not created yet, or a role's path is missing in the ARN",
        "write a role with its path, as `aws iam get-role` shows it; roles of single sign-on have one",
    ),
    EksRule.MODE_STEP: (
        "the authentication mode goes CONFIG_MAP → API_AND_CONFIG_MAP → API, one step at a time and never back",
        "go the next step only; setting the mode that is there is refused too",
    ),
    EksRule.BOOTSTRAP: (
        "in mode CONFIG_MAP the creator must become an admin, so bootstrapClusterCreatorAdminPermissions can't be off",
        "choose a mode with access entries for the new cluster, or leave the setting on",
    ),
}


def eks_refused(symptom: EksRefused, known: Known | None) -> Finding:
    """Answer a refusal of the EKS API."""
    said, say = _RULES[symptom.rule]
    value = f" (found: {symptom.name})" if symptom.name else ""
    cause = f"eks-{symptom.rule.name.lower().replace('_', '-')}"
    if known is None:
        evidence: tuple[str, ...] = (WITH_A_DECLARATION,)
        return Finding(
            wall=Wall.MAPPING, cause=cause, said=said + value, evidence=evidence, remedies=(Remedy(say=say),)
        )
    evidence = (f"declared is mode {known.cluster.mode} for {known.cluster.name}", *_about(symptom, known))
    remedies = [Remedy(say=say, file=known.file)]
    if symptom.rule is EksRule.EXISTS:
        words = (
            "aws",
            "eks",
            "list-access-entries",
            "--cluster-name",
            known.cluster.name,
            "--region",
            known.cluster.region,
        )
        remedies.append(Remedy(say="see the entries that are there", command=command(*words)))
    if symptom.rule in (EksRule.MODE, EksRule.MODE_STEP):
        words = ("aws", "eks", "describe-cluster", "--name", known.cluster.name, "--query", "cluster.accessConfig")
        remedies.append(Remedy(say="see the mode that the cluster is in", command=command(*words)))
    return Finding(
        wall=Wall.MAPPING,
        cause=cause,
        said=said + value,
        evidence=evidence,
        remedies=tuple(remedies),
        ask=known.ask(),
    )


def _about(symptom: EksRefused, known: Known) -> tuple[str, ...]:
    """Say who the principals of the text are."""
    words = []
    for arn in symptom.arns[:3]:
        people = owners(known, arn)
        asker = authenticated(known, arn)
        mapped = asker.authentication.source if asker and asker.authentication.identity else ""
        who = f"is {', '.join(people)}" if people else "is nobody who is declared"
        words.append(f"{arn} {who}" + (f", mapped by {mapped}" if mapped else ", and not mapped"))
    return tuple(words)
