"""Loading: several problems at once, includes, positions, and both doors to one declaration."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from eks_access.declaration import Declaration, from_dict, load
from eks_access.errors import Problem, Refused

from .broken import CLUSTER, PEOPLE, PIECES, ROLES

DESIGN = Path(__file__).parent / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in PIECES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def refused(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refusal:
        load(path)
    return refusal.value.problems


def test_the_example_of_the_documentation_loads() -> None:
    declaration = load(DESIGN / "prod.yaml")
    assert list(declaration.people) == ["hanako", "taro", "sato", "oncall", "ci"]
    assert declaration.cluster is not None
    assert declaration.cluster.version == "1.33"
    assert [grant.until for grant in declaration.grants] == [None, dt.date(2027, 3, 31), None]
    assert load(DESIGN / "people.yaml").cluster is None


def test_yaml_and_plain_python_give_the_same_declaration() -> None:
    raw = {**yaml.safe_load((DESIGN / "people.yaml").read_text()), **yaml.safe_load((DESIGN / "prod.yaml").read_text())}
    raw.pop("include")
    assert from_dict(raw) == load(DESIGN / "prod.yaml")


def test_errors_of_form_and_of_reference_are_told_in_one_run(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text(
        "include: [people.yaml, cluster.yaml, roles.yaml]\n"
        "roles:\n"
        "  odd: {rules: [{apiGroups: [apps], resources: [deployments], verbs: get}]}\n"
        "grants:\n"
        "  - {team: paymnts, role: odd, namespaces: [payments]}\n"
        "  - {team: payments, rule: odd, namespaces: [payments]}\n"
        "  - {person: jiro, role: view, namespaces: [pay]}\n"
    )
    assert [(problem.line, problem.path) for problem in refused(main)] == [
        (3, "roles.odd.rules[0].verbs"),
        (5, "grants[0].team"),
        (6, "grants[1].rule"),
        (7, "grants[2].person"),
        (7, "grants[2].namespaces[0]"),
    ]


def test_a_name_whose_own_declaration_is_broken_is_not_called_unknown(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text(
        "people: {taro: {iamuser: {}}}\n"
        "teams: {ops: {members: [taro], color: red}}\n"
        "namespaces: [a]\n"
        "externalRoles: [5]\n"
        "cluster: {name: prod}\n"
        "grants:\n"
        "  - {team: ops, role: chart-viewer, namespaces: [a]}\n"
        "  - {person: taro, role: view, clusterWide: true}\n"
    )
    paths = {problem.path for problem in refused(main)}
    assert not any(path.startswith("grants") for path in paths)
    assert {"people.taro.iamuser", "teams.ops.color", "namespaces", "externalRoles[0]", "cluster.region"} <= paths


def test_problems_stand_in_the_order_of_the_lines(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text("grants:\n  - {}\nteams: 5\npeople:\n  a: {}\n  b: {}\n")
    lines = [problem.line for problem in refused(main)]
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_a_refusal_prints_file_line_path_value_and_remedy(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text("people:\n  taro: {iamusr: {}}\n")
    (problem,) = refused(main)
    text = str(Refused([problem]))
    assert f"{main}:2: people.taro.iamusr: " in text
    assert "did you mean `iamUser`?" in text


def test_lists_of_included_files_come_before_those_of_the_file_itself(folder: Path) -> None:
    (folder / "common.yaml").write_text(
        "grants: [{person: taro, role: view, clusterWide: true}]\nexternalGroups: [a]\n"
    )
    main = folder / "main.yaml"
    main.write_text(
        "include: [common.yaml, people.yaml, cluster.yaml, roles.yaml]\n"
        "grants: [{person: hanako, role: view, clusterWide: true}]\nexternalGroups: [b]\n"
    )
    declaration = load(main)
    assert [grant.person for grant in declaration.grants] == ["taro", "hanako"]
    assert declaration.external_groups == ["a", "b"]


def test_maps_of_several_files_are_merged(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text(
        "include: [people.yaml, cluster.yaml]\npeople: {jiro: {iamUser: {}}}\ncluster: {endpoint: {private: true}}\n"
    )
    declaration = load(main)
    assert set(declaration.people) >= {"taro", "jiro"}
    assert declaration.cluster is not None
    assert declaration.cluster.name == "prod"


def test_a_problem_in_an_included_file_names_that_file(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "grants.yaml").write_text(
        "include: [../people.yaml]\ngrants:\n\n  - {person: jiro, role: view}\n"
    )
    main = folder / "main.yaml"
    main.write_text(
        "include: [more/grants.yaml, cluster.yaml]\ngrants: [{person: taro, role: zzz, clusterWide: true}]\n"
    )
    places = {(problem.file, problem.line, problem.path) for problem in refused(main)}
    inner = str(folder / "more" / "grants.yaml")
    assert places == {(inner, 4, "grants[0]"), (inner, 4, "grants[0].person"), (str(main), 2, "grants[1].role")}


def test_a_file_that_two_others_include_is_read_once(folder: Path) -> None:
    (folder / "a.yaml").write_text("include: [people.yaml]\nexternalGroups: []\n")
    (folder / "b.yaml").write_text("include: [people.yaml, ./people.yaml]\nexternalGroups: []\n")
    main = folder / "main.yaml"
    main.write_text("include: [a.yaml, b.yaml]\nteams: {ops: {members: [taro]}}\n")
    assert set(load(main).teams) == {"payments", "platform", "ops"}


def test_the_second_of_two_declarations_names_the_first(folder: Path) -> None:
    main = folder / "main.yaml"
    main.write_text("include: [people.yaml, roles.yaml, cluster.yaml]\nnamespaces:\n  payments: {}\n")
    (problem,) = refused(main)
    assert (problem.path, problem.line) == ("namespaces.payments", 3)
    assert f"{folder / 'roles.yaml'}:1" in problem.rule


def test_one_section_as_map_and_as_list_is_refused(folder: Path) -> None:
    (folder / "a.yaml").write_text("grants: {}\n")
    main = folder / "main.yaml"
    main.write_text("include: [a.yaml]\ngrants: []\n")
    assert "grants" in {problem.path for problem in refused(main)}


def test_a_longer_circle_of_includes_is_told_in_order(folder: Path) -> None:
    (folder / "a.yaml").write_text("include: [b.yaml]\n")
    (folder / "b.yaml").write_text("people: {}\ninclude: [a.yaml]\n")
    (problem,) = refused(folder / "a.yaml")
    assert (problem.file, problem.line) == (str(folder / "b.yaml"), 2)
    assert "a.yaml → b.yaml → a.yaml" in problem.rule


def test_more_files_than_a_declaration_may_have_are_refused(folder: Path) -> None:
    for number in range(80):
        (folder / f"f{number}.yaml").write_text(f"include: [f{number + 1}.yaml]\n")
    (folder / "f80.yaml").write_text("people: {}\n")
    assert "at most 64 files" in refused(folder / "f0.yaml")[0].rule


def test_names_are_not_called_unknown_while_a_file_cannot_be_read(folder: Path) -> None:
    (folder / "people.yaml").write_text("people: [\n")
    main = folder / "main.yaml"
    main.write_text("include: [people.yaml]\nteams: {ops: {members: [taro], size: 3}}\n")
    paths = [problem.path for problem in refused(main)]
    assert paths == ["", "teams.ops.size"]


@pytest.mark.parametrize(
    ("content", "says", "line"),
    [
        (b"people: {}\n# caf\xe9\n", "UTF-8", 2),
        (b"people: {}\n" + b"#" * (1024 * 1024), "at most 1 MiB", None),
        (b"\xff\xfep\x00", "UTF-8", 1),
    ],
    ids=["Latin-1", "too big", "UTF-16"],
)
def test_a_file_that_is_no_text_of_reasonable_size_is_refused(
    content: bytes, says: str, line: int | None, tmp_path: Path
) -> None:
    main = tmp_path / "main.yaml"
    main.write_bytes(content)
    (problem,) = refused(main)
    assert says in problem.rule
    assert problem.line == line


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a" * 5000 + ".yaml", "nul\0.yaml", "people.yaml/x.yaml"])
def test_a_path_without_a_file_is_refused(name: str, folder: Path) -> None:
    (problem,) = refused(folder / name)
    assert problem.file == str(folder / name)
    assert "must exist" in problem.rule


def test_a_file_that_may_not_be_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", no)
    (problem,) = refused(folder / "people.yaml")
    assert "Permission denied" in problem.rule


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    main = tmp_path / "main.yaml"
    main.write_bytes(b"\xef\xbb\xbf" + PEOPLE.replace("\n", "\r\n").encode())
    assert "taro" in load(main).people


def test_aliases_stand_for_what_they_name(tmp_path: Path) -> None:
    main = tmp_path / "main.yaml"
    main.write_text("people:\n  a: &user {iamUser: {path: /x/}}\n  b: *user\n")
    assert load(str(main)).people["b"].iam_user == load(main).people["a"].iam_user


def test_without_libyaml_the_same_is_read_and_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eks_access.declaration.yaml_reading._PARSER", yaml.SafeLoader)
    assert "taro" in load(folder / "people.yaml").people
    (folder / "main.yaml").write_text("people:\n\ttaro: {}\n")
    (problem,) = refused(folder / "main.yaml")
    assert (problem.line, problem.fix) == (2, "indent with spaces; YAML does not allow tabs")


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        (5, "", "pass a dict"),
        ({"people": {7: {"iamUser": {}}}}, "people", "keys are text"),
        ({"people": {"a": {"iamRole": 10**9999}}}, "people.a.iamRole", "is text"),
        ({"people": {"a": {"iamRole": object()}}}, "people.a.iamRole", "is text"),
        ({"people": {"a@example.com": 1}}, 'people["a@example.com"]', "is a map"),
        ({"include": ["people.yaml"]}, "include", "YAML files only"),
        ({"teams": {"a": {"members": ["x"]}}}, "teams.a.members[0]", "not declared"),
    ],
)
def test_plain_python_is_refused_in_the_same_words_without_a_file(value: object, path: str, says: str) -> None:
    with pytest.raises(Refused) as refusal:
        from_dict(value)
    (problem,) = refusal.value.problems
    assert problem.path == path
    assert says in f"{problem.rule} → {problem.fix}"
    assert (problem.file, problem.line) == (None, None)


def test_a_dict_that_contains_itself_is_refused() -> None:
    endless: dict[str, object] = {}
    endless["people"] = {"a": endless}
    with pytest.raises(Refused, match="levels deep"):
        from_dict(endless)


def test_in_python_none_is_the_same_as_no_key_and_tuples_are_lists() -> None:
    declaration = from_dict(
        {"people": {"a": {"iamUser": {}, "iamRole": None}}, "teams": {"t": {"members": ("a",)}}, "cluster": None}
    )
    assert isinstance(declaration, Declaration)
    assert declaration.teams["t"].members == ["a"]


def test_a_declaration_survives_dumping_and_reading() -> None:
    declaration = load(DESIGN / "prod.yaml")
    assert from_dict(declaration.model_dump(by_alias=True)) == declaration
    assert from_dict(declaration.model_dump(by_alias=True, mode="json")) == declaration


def test_pieces_of_the_fixtures_fit_in_one_file(tmp_path: Path) -> None:
    main = tmp_path / "main.yaml"
    main.write_text(PEOPLE + CLUSTER + ROLES)
    assert load(main).cluster is not None


def test_a_long_list_of_people_is_read_and_its_slips_are_named(tmp_path: Path) -> None:
    main = tmp_path / "main.yaml"
    people = "people:\n" + "".join(f"  person{number}: {{iamUser: {{}}}}\n" for number in range(1200))
    main.write_text(people + "teams: {ops: {members: [Person7, nobody]}}\n")
    first, second = refused(main)
    assert first.fix == "did you mean `person7`?"
    assert "and 1190 more" in second.fix


def test_python_texts_of_any_kind_are_shown_in_one_short_line() -> None:
    with pytest.raises(Refused) as refusal:
        from_dict({"account": {"id": "a\nb" * 100, "region": "", "partition": {"a": [1, None, True, 2.5]}}})
    assert all(
        len(problem.value or "") <= 80 and "\n" not in (problem.value or "") for problem in refusal.value.problems
    )
