"""Both languages are complete: English stands in the program, German in one catalogue a room."""

import importlib.util
from pathlib import Path

import pytest

TOOL = Path(__file__).parent.parent / "tools" / "catalogues.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("catalogues", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_german_catalogues_are_complete_and_without_contradiction(tool):
    assert tool.problems() == []


def test_the_tool_finds_the_messages_of_programs_and_templates(tool):
    messages = tool.extracted()
    assert "core" in messages["This contribution has already been decided on."] or (
        "submissions" in messages["This contribution has already been decided on."]
    )
    assert len(messages) > 100
