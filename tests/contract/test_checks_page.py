"""docs/checks.md is what the catalogue says, check by check."""

from __future__ import annotations

import re
import runpy

from eks_access.checks import catalogue

from ..plans import ROOT

PAGE = ROOT / "docs" / "checks.md"


def test_the_page_of_checks_is_current() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "checks_page.py"))["page"]()

    assert PAGE.read_text() == made, "run `make checks-doc`"


def test_every_check_has_its_section_with_severity_reason_remedy_and_example() -> None:
    sections = dict(re.findall(r"^### (EA\d{3})\n(.*?)(?=^##|\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))

    assert list(sections) == [each.id for each in catalogue()]
    for each in catalogue():
        section = sections[each.id]
        assert each.title in section
        assert each.severity in section.lower()
        assert all(part in section for part in ("- How: ", "- Why: ", "- Fix: "))
        assert "- Example: " in section or ("# found" in section and "# mended" in section)


def test_every_link_to_a_section_leads_there() -> None:
    text = PAGE.read_text()

    anchors = {heading.lower() for heading in re.findall(r"^### (EA\d{3})$", text, re.MULTILINE)}
    assert set(re.findall(r"\(#(ea\d{3})\)", text)) == anchors
