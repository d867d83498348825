"""Every command can be asked what it does; none fails to import."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from tests.cli.conftest import Run

import shoumi.cli
from shoumi.cli import _parser

COMMANDS = sorted(module.name for module in pkgutil.iter_modules(shoumi.cli.__path__) if module.name[0] != "_")


def subparsers(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str | None, argparse.ArgumentParser]]:
    """Yield the name, the line in the list above, and the parser of everything below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            about = {choice.dest: choice.help for choice in action._choices_actions}
            for name, below in action.choices.items():
                yield below.prog, about.get(name), below
                yield from subparsers(below)


ALL = {name: (about, parser) for name, about, parser in subparsers(_parser())}


@pytest.mark.parametrize("module", COMMANDS)
def test_every_module_is_a_command(module: str) -> None:
    command = importlib.import_module(f"shoumi.cli.{module}")
    assert command.__doc__
    assert callable(command.add)
    assert f"shoumi {module.replace('_', '-')}" in ALL


@pytest.mark.parametrize("name", ALL)
def test_every_command_says_what_it_does_and_its_options_too(name: str) -> None:
    about, parser = ALL[name]
    assert about, "nothing in the list of commands"
    assert "``" not in (parser.description or about), "written for readers of the code"
    unexplained = [
        action.option_strings[-1]
        for action in parser._actions
        if action.option_strings and not action.help and action.choices is None and len(action.option_strings) > 1
    ]
    assert not unexplained
    assert parser.format_help()  # a stray % in a help text would fail here


def test_shoumi_alone_prints_the_list(shoumi: Run) -> None:
    run = shoumi()
    assert run.returncode == 2
    assert not run.stderr
    for name in ALL:
        if name.count(" ") == 1:
            assert f"\n    {name.removeprefix('shoumi ')}" in run.stdout


def test_a_command_that_does_not_exist_names_those_that_do(shoumi: Run) -> None:
    run = shoumi("scna")
    assert run.returncode == 2
    assert "'scan'" in run.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("scan", "--help"), ("rules", "list", "--help"), ("--version",)])
def test_help_ends_well(shoumi: Run, arguments: tuple[str, ...]) -> None:
    run = shoumi(*arguments)
    assert run.returncode == 0
    assert not run.stderr
    assert "shoumi" in run.stdout
