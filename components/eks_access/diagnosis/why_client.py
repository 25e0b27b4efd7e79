"""What ends before the API server decides anything: credentials, AWS itself, the way to the endpoint."""

from __future__ import annotations

from ..iam.arns import identity
from ..plan.model import EntryRole
from .grant_lines import scalar
from .model import Finding, Remedy, Wall
from .symptoms_model import AwsDenied, Lack, NoCluster, NoToken, Road, Unreachable
from .why_known import Known, command, deploy, owners, role_of

_LACKS: dict[Lack, tuple[Wall, str, str, str]] = {
    Lack.NONE: (
        Wall.CREDENTIALS,
        "the client finds no AWS credentials, so there is no token; the cluster was not even asked",
        "set AWS_PROFILE, or `aws configure`, or sign in; then see that this answers",
        "aws sts get-caller-identity",
    ),
    Lack.PROFILE: (
        Wall.CREDENTIALS,
        "there is no such profile in ~/.aws/config and ~/.aws/credentials",
        "choose one that is there, in the kubeconfig too, or add this one",
        "aws configure list-profiles",
    ),
    Lack.EXPIRED: (
        Wall.CALLER,
        "the session has expired, so AWS does not take its credentials",
        "open a new one; where session credentials are in the environment, unset AWS_SESSION_TOKEN and the keys first",
        "aws sts get-caller-identity",
    ),
    Lack.SSO: (
        Wall.CREDENTIALS,
        "the sign-in to IAM Identity Center has expired",
        "sign in again, with the profile that kubectl uses",
        "aws sso login",
    ),
    Lack.SIGNATURE: (
        Wall.CALLER,
        "AWS does not take the signature: the clock is wrong by minutes, or the secret key is not that of the key id",
        "compare the clock with AWS's, and set it by NTP; if it is right, enter the access key again",
        "curl -sI https://sts.amazonaws.com",
    ),
    Lack.INVALID: (
        Wall.CALLER,
        "AWS does not know the access key: deleted, deactivated, of another partition, or without its session token",
        "see which credentials are used, and replace them",
        "aws configure list",
    ),
    Lack.COMMAND: (
        Wall.CREDENTIALS,
        "the command that makes the token is not installed, or not on the PATH of whatever runs kubectl",
        "install it, or write a kubeconfig that uses the AWS CLI",
        "aws eks update-kubeconfig --name CLUSTER",
    ),
    Lack.VERSION: (
        Wall.CREDENTIALS,
        "kubeconfig, token command and kubectl speak different versions: v1alpha1 is gone since kubectl 1.24",
        "update the AWS CLI (or aws-iam-authenticator), then write the kubeconfig anew, which says v1beta1",
        "aws eks update-kubeconfig --name CLUSTER",
    ),
    Lack.FAILED: (
        Wall.CREDENTIALS,
        "the command that makes the token failed; why, it wrote above this line",
        "run it by itself and read what it says",
        "aws eks get-token --cluster-name CLUSTER",
    ),
    Lack.MFA: (
        Wall.CALLER,
        "the role is given to sessions with MFA only, and this one has none",
        "give the profile its mfa_serial, and kubectl a terminal on which the code can be asked for",
        "aws configure get mfa_serial",
    ),
}
_ROADS: dict[Road, tuple[str, str, str]] = {
    Road.TIMEOUT: (
        "the API server does not answer: a network, a security group or `publicCidrs` is in the way",
        "see from where it can be reached: its VPC, or the CIDRs of the public endpoint",
        "cluster.resourcesVpcConfig",
    ),
    Road.HOST: (
        "the API server's name is not known: the cluster was deleted or made anew, or its name is private to a VPC",
        "write the kubeconfig anew, and look from where the endpoint can be reached",
        "cluster.endpoint",
    ),
    Road.REFUSED: (
        "nothing listens at the API server's address: the kubeconfig is an old one, or a proxy or tunnel is down",
        "compare the kubeconfig's server with the cluster's",
        "cluster.endpoint",
    ),
    Road.LOCAL: (
        "the client has no kubeconfig, so it asked this machine instead of the cluster",
        "write a kubeconfig, or give the provider of your program the cluster's endpoint",
        "",
    ),
    Road.CERTIFICATE: (
        "the certificate is not of the authority that the kubeconfig has: a cluster made anew, or a proxy in between",
        "write the kubeconfig anew; never skip the check",
        "",
    ),
}


def no_token(symptom: NoToken, known: Known | None) -> Finding:
    """Answer credentials that are missing or not taken."""
    wall, said, say, words = _LACKS[symptom.lack]
    name = f" ({symptom.name})" if symptom.name else ""
    remedies = [Remedy(say=say, command=_filled(words, known))]
    if known:
        stack = ("--stack", known.stack) if known.stack else ()
        output = command("pulumi", "stack", "output", "aws_profiles", *stack)
        remedies.append(Remedy(say="the declared profiles, to be put into ~/.aws/config", command=output))
    cause = symptom.lack.name.lower()
    return Finding(wall=wall, cause=f"credentials-{cause}", said=said + name, remedies=tuple(remedies))


def aws_denied(symptom: AwsDenied, known: Known | None) -> Finding:
    """Answer what IAM denies; of roles that the declaration makes it knows whom they trust."""
    wall = Wall.CLUSTER if symptom.action.startswith("eks:") else Wall.CALLER
    target = f" on {symptom.resource}" if symptom.resource else ""
    said = f"IAM does not let {symptom.caller or 'the caller'} {symptom.action}{target}; RBAC was not asked"
    roles = known.plan.entry_roles if known and symptom.action == "sts:AssumeRole" else ()
    for role in roles:
        if known and identity(role.arn) == identity(symptom.resource):
            return _may_not_assume(symptom, role, said, known)
    say = "have the action allowed, by the caller's policy and, for a role, by its trust"
    return Finding(wall=wall, cause="iam-denied", said=said, remedies=(Remedy(say=say),))


def _may_not_assume(symptom: AwsDenied, role: EntryRole, said: str, known: Known) -> Finding:
    trusts = f"declared: {role.name} trusts {', '.join(arn.rpartition('/')[2] for arn in role.trusted)}"
    if any(identity(arn) == identity(role_of(symptom.caller)) for arn in role.trusted):
        why = "it asks for MFA, and the session has none" if role.mfa else "what runs is not what is declared"
        stack = ("--stack", known.stack) if known.stack else ()
        words = ("pulumi", "stack", "output", "aws_profiles", *stack)
        remedy = Remedy(say="use the declared profile, which asks for the MFA code", command=command(*words))
        fix = remedy if role.mfa else deploy(known)
        cause = "mfa" if role.mfa else "not-deployed"
        return Finding(wall=Wall.CALLER, cause=cause, said=f"{said}: {why}", evidence=(trusts,), remedies=(fix,))
    people = owners(known, symptom.caller) if symptom.caller else ()
    who = people[0] if people else "NAME"
    team = role.key.removeprefix("team-")
    path = "admins.breakGlass.trustedBy" if role.key == "break-glass" else f"teams.{team}.members"
    remedy = Remedy(
        say=f"make {who} one of them, in the file that has this list",
        file=known.file,
        path=path,
        lines=f"  - {scalar(who)}",
    )
    return Finding(
        wall=Wall.CALLER,
        cause="not-a-member",
        said=f"{said}: the declaration does not name them there",
        evidence=(trusts,),
        remedies=(remedy,),
        ask=known.ask(who),
    )


def no_cluster(symptom: NoCluster, known: Known | None) -> Finding:
    """Answer a cluster that EKS doesn't have there."""
    said = f"EKS has no cluster {symptom.name} in the account and region that were asked"
    evidence: tuple[str, ...] = ("names are case-sensitive, and each region and account has its own",)
    words = ["aws", "eks", "list-clusters"]
    if known:
        evidence = (*evidence, f"declared is {known.cluster.arn}")
        words += ["--region", known.cluster.region]
    remedy = Remedy(say="see what is there, with the profile that was used", command=command(*words))
    return Finding(wall=Wall.CLUSTER, cause="no-cluster", said=said, evidence=evidence, remedies=(remedy,))


def unreachable(symptom: Unreachable, known: Known | None) -> Finding:
    """Answer an API server that is not reached."""
    said, say, query = _ROADS[symptom.road]
    host = f" ({symptom.host})" if symptom.host else ""
    words = (
        f"aws eks describe-cluster --name CLUSTER --query {query}"
        if query
        else "aws eks update-kubeconfig --name CLUSTER"
    )
    evidence: tuple[str, ...] = ()
    if known:
        endpoint = known.cluster.endpoint
        public = f"public from {', '.join(endpoint.public_cidrs) or 'everywhere'}" if endpoint.public else "not public"
        evidence = (f"declared: {public}, {'private in the VPC' if endpoint.private else 'not private'}",)
    cause = symptom.road.name.lower()
    remedy = Remedy(say=say, command=_filled(words, known))
    return Finding(
        wall=Wall.ENDPOINT, cause=f"endpoint-{cause}", said=said + host, evidence=evidence, remedies=(remedy,)
    )


def _filled(words: str, known: Known | None) -> str:
    if known is None or "CLUSTER" not in words:
        return words
    return f"{words.replace('CLUSTER', known.cluster.name)} --region {known.cluster.region}"
