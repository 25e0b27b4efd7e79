"""The walls of a new developer's first day: seen on a cluster made the usual way, and gone with eks-access.

Everything is real but AWS: the programs of examples/walls run through the engine, tokens go through the authenticator,
nodes are kubelets. Each class is one authentication mode, in an account of its own; its tests are one story, in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
import yaml

from sandbox.daemon import root_client
from sandbox.environment import Sandbox
from sandbox.people import Desk
from sandbox.walls import ADMIN, DEVELOPER, EXAMPLE, SPARE, Walls

from .at_the_desk import Said, Steps, doctor, explained, get, kubectl, says, works
from .environment.walker import becomes

pytestmark = pytest.mark.sandbox

UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"


@pytest.fixture(scope="class")
def walls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walls]:
    """Two clusters in one account: one made the usual way, and one with eks-access."""
    sandbox = Sandbox(tmp_path_factory.mktemp("walls") / "home")
    try:
        sandbox.up()
        walls = Walls(sandbox, request.cls.mode)
        walls.usual.up()
        for old, new in request.cls.more_nodes:
            walls.ours.edit(old, new)
        walls.ours.up()
        yield walls
    finally:
        sandbox.down()


class Story(Steps):
    """What happens on the way in, wall by wall."""

    mode: str
    more_nodes: tuple[tuple[str, str], ...] = ()

    def user_name(self) -> str:
        """What the usual cluster calls the developer once they are mapped."""
        return "sample-username" if self.mode != "API" else "arn:aws:iam::111122223333:user/naoki"

    # wall 0: no credentials, wrong profile

    def test_without_credentials_the_token_command_is_what_fails(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.usual)
        stranger = Desk(walls.sandbox, desk.folder.parent / "stranger")
        stranger.write("config", "")
        stranger.write("credentials", "")
        kubeconfig = yaml.safe_load((desk.folder / "kubeconfig").read_text())
        command = kubeconfig["users"][0]["user"]["exec"]
        command |= {"command": "aws-iam-authenticator", "args": ["token", "-i", walls.usual.cluster], "env": None}
        stranger.write("kubeconfig", yaml.safe_dump(kubeconfig))

        said = kubectl(stranger, "get", "pods").stderr

        assert "could not get token:" in said
        assert "Unable to connect to the server: getting credentials: exec: " in said
        assert explained(walls, said).wall == "credentials"
        told = doctor(stranger, walls.usual.cluster, "--region", "eu-west-1")
        assert told["exit"] == 2
        assert [step["free"] for step in told["steps"]] == [False]
        assert told["findings"][0]["cause"] == "credentials-none"

    def test_with_a_profile_that_is_not_there_kubectl_never_gets_to_the_cluster(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.usual)
        stranger = Desk(walls.sandbox, desk.folder.parent / "wrong-profile")
        stranger.write("config", "[profile somebody-else]\nregion = eu-west-1\n")
        stranger.write("credentials", "")
        stranger.write("kubeconfig", (desk.folder / "kubeconfig").read_text())

        said = kubectl(stranger, "get", "pods").stderr

        assert "The config profile (naoki) could not be found" in said
        assert "getting credentials: exec: executable aws failed with exit code" in said
        assert explained(walls, said).cause == "credentials-profile"
        told = doctor(stranger, walls.usual.cluster)
        assert (told["exit"], told["findings"][0]["cause"]) == (2, "credentials-profile")
        assert "somebody-else" in str(told["findings"][0]["evidence"])  # the profile that there is

    def test_the_exported_kubeconfig_names_profile_and_region(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.ours)
        kubeconfig = yaml.safe_load((desk.folder / "kubeconfig").read_text())
        (user,) = kubeconfig["users"]
        arguments = user["user"]["exec"]["args"]

        assert arguments[arguments.index("--profile") + 1] == DEVELOPER
        assert arguments[arguments.index("--region") + 1] == walls.sandbox.state().region
        # also where the shell names another profile and region
        assert works(desk, "get", "pods", "-n", "payments")
        assert desk.run("kubectl", "auth", "whoami", AWS_PROFILE="other", AWS_REGION="us-east-1").returncode == 0
        told = doctor(desk, walls.ours.cluster, "-n", "payments")
        assert (told["exit"], told["free"], len(told["steps"])) == (0, True, 6)

    # wall 1: not mapped

    def test_who_made_the_cluster_gets_in_and_the_developer_does_not(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.usual)

        assert walls.deployer(walls.usual, "kubectl", "get", "pods").returncode == 0
        assert kubectl(desk, "get", "pods").stderr.endswith(f"{UNAUTHORIZED}\n")
        # a kubectl that has never asked what the server has says it in other words
        never = desk.run("kubectl", "get", "pods", KUBECACHEDIR=str(desk.folder / "cache")).stderr
        assert "You must be logged in to the server (the server has asked for the client to provide cred" in never
        assert explained(walls, never).wall == "mapping"
        told = doctor(desk, walls.usual.cluster)
        assert (told["exit"], told["findings"][0]["wall"]) == (1, "mapping")
        told = doctor(desk, walls.usual.cluster, "--stack", str(walls.ours.folder / "access.yaml"), admin=True)
        assert (told["exit"], told["findings"][0]["wall"]) == (1, "mapping")
        assert "arn:aws:iam::111122223333:user/naoki" in told["findings"][0]["said"]

    def test_no_permission_in_aws_helps(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.usual)

        with walls.as_administrator(DEVELOPER):
            assert desk.run("aws", "eks", "list-clusters", "--profile", DEVELOPER).returncode == 0
            assert UNAUTHORIZED in kubectl(desk, "get", "pods").stderr

    def test_with_eks_access_the_same_user_lists_what_was_granted(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.ours)

        assert works(desk, "get", "pods", "-n", "payments")
        assert works(desk, "get", "pods", "-n", "batch")

    # wall 2: mapped, and not bound, or to the wrong role

    def test_mapped_without_a_binding_is_forbidden(self, walls: Walls) -> None:
        walls.usual.up(developer="mapped")
        desk = walls.desk(DEVELOPER, walls.usual)

        expected = (
            f'Error from server (Forbidden): pods is forbidden: User "{self.user_name()}" cannot list resource "pods" '
            'in API group "" in the namespace "default"'
        )
        assert says(desk, expected, "get", "pods")
        assert explained(walls, expected).wall == "permission"
        told = doctor(desk, walls.usual.cluster, admin=True)
        assert (told["exit"], told["findings"][0]["wall"]) == (1, "permission")
        assert "no binding names you" in str(told["findings"][0]["evidence"])

    def test_bound_to_the_wrong_role_is_forbidden_as_in_the_article(self, walls: Walls) -> None:
        walls.usual.up(developer="bound")
        desk = walls.desk(DEVELOPER, walls.usual)

        assert works(desk, "get", "pods", "-n", "sample-namespace")
        expected = (
            f'services is forbidden: User "{self.user_name()}" cannot list resource "services" in API group "" '
            'in the namespace "sample-namespace"'
        )
        assert says(desk, expected, "get", "services", "-n", "sample-namespace")
        told = doctor(desk, walls.usual.cluster, admin=True)  # in the wrong namespace
        assert "you may list pods in sample-namespace" in str(told["findings"][0]["evidence"])

    def test_a_grant_that_is_taken_away_is_forbidden_again_and_nothing_else(self, walls: Walls) -> None:
        desk = walls.desk(DEVELOPER, walls.ours)
        grant = "  - {team: payments, role: view, namespaces: [batch]}\n"

        walls.ours.edit(grant, "")
        walls.ours.up()
        expected = (
            'pods is forbidden: User "naoki" cannot list resource "pods" in API group "" in the namespace "batch"'
        )
        assert says(desk, expected, "get", "pods", "-n", "batch")
        assert kubectl(desk, "get", "pods", "-n", "payments").returncode == 0
        finding = explained(walls, expected)
        assert "naoki" in finding.said
        assert any("role: view, namespaces: [batch]" in remedy.lines for remedy in finding.remedies)

        walls.ours.edit("grants:\n", f"grants:\n{grant}")
        walls.ours.up()
        assert works(desk, "get", "pods", "-n", "batch")

    # wall 3: nodes

    def test_a_node_whose_role_nobody_mapped_never_registers_and_pods_stay_pending(self, walls: Walls) -> None:
        node = self.start(walls, walls.usual, "self-managed", walls.usual.outputs()["node_role_arn"])
        self.deploy(walls, "early")

        assert becomes(lambda: '"Unable to register node with API server" err="Unauthorized"' in node.log)
        assert becomes(lambda: "failed to list *v1.Service: Unauthorized" in node.log)
        assert explained(walls, node.log[:20_000]).wall == "nodes"
        assert becomes(lambda: "no nodes available to schedule pods" in self.events(walls, "early"))
        assert self.status(walls, walls.usual, node) == ""
        walls.nodes.stop(node)  # it would join as soon as it may

    def test_mapped_it_joins_and_the_pods_run(self, walls: Walls) -> None:
        walls.usual.up(nodes=True)
        node = self.start(walls, walls.usual, "self-managed", walls.usual.outputs()["node_role_arn"])

        assert becomes(lambda: self.status(walls, walls.usual, node) == "True", seconds=60)
        assert becomes(lambda: self.phase(walls, "early") == "Running", seconds=60)
        walls.nodes.stop(node)
        assert walls.look(walls.usual, "delete", "node", node.name).returncode == 0

    def test_a_node_whose_role_is_taken_out_later_goes_silent(self, walls: Walls) -> None:
        node = self.start(walls, walls.usual, "self-managed", walls.usual.outputs()["node_role_arn"])
        assert becomes(lambda: self.status(walls, walls.usual, node) == "True", seconds=60)

        walls.usual.up(nodes=False)

        # 50 s is how long the controllers wait for a sign of life
        assert becomes(lambda: self.turns(walls, walls.usual, node, "Unknown"), seconds=120)
        assert "Kubelet stopped posting node status." in self.conditions(walls, walls.usual, node)
        self.deploy(walls, "late")
        assert becomes(lambda: "node(s) had untolerated taint" in self.events(walls, "late"))

    def test_with_eks_access_nodes_of_every_kind_join_and_pods_run_there(self, walls: Walls) -> None:
        arns = walls.ours.outputs()["node_role_arns"]
        started = {kind: self.start(walls, walls.ours, kind, arn) for kind, arn in arns.items()}
        assert len(started) == (5 if self.mode == "CONFIG_MAP" else 8)

        for kind, node in started.items():
            assert becomes(lambda node=node: self.status(walls, walls.ours, node) == "True", seconds=60), kind
        who = json.loads(walls.nodes.kubectl(started["windows"], "auth", "whoami", "-o", "json").stdout)
        assert "eks:kube-proxy-windows" in who["status"]["userInfo"]["groups"]
        who = json.loads(walls.nodes.kubectl(started["fargate"], "auth", "whoami", "-o", "json").stdout)
        assert who["status"]["userInfo"]["username"] == f"system:node:{started['fargate'].name}"
        self.deploy(walls, "ours", walls.ours)
        assert becomes(lambda: self.phase(walls, "ours", walls.ours) == "Running", seconds=60)

    def test_the_doctor_tells_an_entry_of_a_user_who_was_made_again(self, walls: Walls) -> None:
        if self.mode == "CONFIG_MAP":
            return  # there are no entries
        state = walls.sandbox.state()
        arn = "arn:aws:iam::111122223333:user/returning"
        with closing(root_client(state, "iam", state.emulator_port)) as iam:
            iam.create_user(UserName="returning")
            walls.deployer(
                walls.usual, "aws", "eks", "create-access-entry", "--cluster-name", "usual", "--principal-arn", arn
            ).check_returncode()
            iam.delete_user(UserName="returning")
            iam.create_user(UserName="returning")
        desk = Desk.of_user(walls.sandbox, "returning", walls.sandbox.home / "people" / "returning")
        walls.by_hand(desk, "usual", "returning")

        assert UNAUTHORIZED in kubectl(desk, "get", "pods").stderr
        told = doctor(desk, "usual", admin=True)
        assert (told["exit"], told["findings"][0]["cause"]) == (1, "entry-of-a-re-created-principal")

    # /metrics

    def test_a_controller_refuses_anonymous_metrics_with_and_without_eks_access(self, walls: Walls) -> None:
        for program in (walls.usual, walls.ours):
            facts = program.facts
            status, message = get(f"{facts.controllers}/metrics", facts.ca_file)
            assert (status, message) == (403, 'forbidden: User "system:anonymous" cannot get path "/metrics"')
            assert get(f"{facts.api_server}/metrics", facts.ca_file)[0] == 401

    def test_a_service_account_reads_metrics_only_where_it_is_declared(self, walls: Walls) -> None:
        for program in (walls.usual, walls.ours):
            self.make_accounts(walls, program)
        forbidden = 'forbidden: User "system:serviceaccount:monitoring:{0}" cannot get path "{1}"'
        for program in (walls.usual, walls.ours):
            for name in ("prometheus", "other"):
                reads = program is walls.ours and name == "prometheus"
                token = self.token(walls, program, name)
                for server in (program.facts.controllers, program.facts.api_server):
                    status, said = get(f"{server}/metrics", program.facts.ca_file, token)
                    assert status == (200 if reads else 403), (program.cluster, name, server)
                    assert reads or said == forbidden.format(name, "/metrics")
                    path = "/configz" if server == program.facts.controllers else "/logs/"
                    refused = get(f"{server}{path}", program.facts.ca_file, token)
                    assert refused == (403, forbidden.format(name, path))

    def test_the_role_of_the_article_is_refused_today_and_this_form_is_accepted(self, walls: Walls) -> None:
        def apply(file: str) -> Said:
            return walls.deployer(walls.usual, "kubectl", "apply", "-f", str(EXAMPLE / "metrics" / file))

        refused = "rules cannot apply to both regular resources and non-resource URLs"
        assert refused in apply("as-in-the-article.yaml").stderr
        assert apply("accepted.yaml").returncode == 0

    # the creator goes; nothing can follow this

    def test_without_the_creator_nobody_enters_the_usual_cluster_and_declared_admins_enter_ours(
        self, walls: Walls
    ) -> None:
        spare = walls.desk(SPARE, walls.ours)
        with walls.as_administrator(SPARE):
            seed = spare.enrol_device(SPARE)
        spare.take_role(SPARE, "walls-break-glass", seed)
        desks = {user: walls.desk(user, walls.usual) for user in (DEVELOPER, ADMIN, SPARE)}
        for program in (walls.usual, walls.ours):
            assert walls.deployer(program, "kubectl", "get", "nodes").returncode == 0

        walls.remove_creator()

        assert becomes(lambda: walls.deployer(walls.usual, "kubectl", "get", "nodes").returncode != 0)
        for user, desk in desks.items():
            if user != DEVELOPER:  # who was mapped while there was time, and can't map anybody
                assert UNAUTHORIZED in kubectl(desk, "get", "nodes").stderr, user
        assert kubectl(desks[DEVELOPER], "get", "configmap", "-n", "kube-system").returncode != 0
        assert walls.deployer(walls.ours, "kubectl", "get", "nodes").returncode != 0
        assert works(walls.desk(ADMIN, walls.ours), "auth", "can-i", "*", "*", "-A")
        assert works(spare, "--context", "walls-break-glass", "auth", "can-i", "*", "*", "-A")


ENTRY_NODES = (
    ("  karpenter: {kind: karpenter}\n", "  karpenter: {kind: karpenter}\n  plants: {kind: hybrid}\n"),
    ("  own: {kind: self-managed}\n", "  own: {kind: self-managed}\n  pods: {kind: hyperpod}\n"),
    ("  batch: {kind: fargate,", "  pools: {kind: auto, nodePools: []}\n  batch: {kind: fargate,"),
    (
        "  creator: ci\n",
        "  creator: ci\n  remoteNetworks: {nodes: [10.80.0.0/16]}\n"
        "  addons: {vpc-cni: v1.20.4-eksbuild.1, coredns: v1.12.4-eksbuild.1, kube-proxy: v1.33.5-eksbuild.2}\n",
    ),
)
"""Lines of access.yaml, and what stands there with nodes that only the modes with entries have."""


class TestWithAwsAuth(Story):
    mode = "CONFIG_MAP"


class TestWithBoth(Story):
    mode = "API_AND_CONFIG_MAP"
    more_nodes = ENTRY_NODES


class TestWithEntries(Story):
    mode = "API"
    more_nodes = ENTRY_NODES
