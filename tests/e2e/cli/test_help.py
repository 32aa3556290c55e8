"""The command line teaches: every subcommand has examples, errors say what to do, completion is true."""

import re
import subprocess

import pytest


def subcommands(goldtape):
    text = goldtape("--help").out
    listed = text.split("Subcommands:")[1]
    return re.findall(r"^  ([a-z]+)\s", listed, re.MULTILINE)


def test_every_subcommand_has_help_with_examples(goldtape):
    names = subcommands(goldtape)
    assert len(names) >= 19
    for name in names:
        text = goldtape(name, "--help").out
        assert "Examples:" in text, name
        assert f"goldtape" in text.split("Examples:")[1], name


def test_help_states_how_ranges_and_naive_times_are_read(goldtape):
    text = goldtape("--help").out
    assert "[start, end)" in text and "UTC" in text and "Exit codes" in text


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["query", "--nonsense"], ["ingest", "files", "--interval", "7m", "--path", "x"]]
)
def test_wrong_usage_ends_with_2_and_says_so(goldtape, lake, arguments):
    answer = goldtape(*arguments, lake=lake, code=2)
    assert answer.err.strip()


def test_version_names_program_and_format(goldtape):
    assert goldtape("version").out.startswith("goldtape ")
    assert goldtape("version", "--json").json()["lake_format"] >= 1


def test_bash_completion_offers_subcommands_and_options(goldtape):
    script = goldtape("completion", "bash").out
    probe = script + '\nCOMP_WORDS=(goldtape --lake x sna); COMP_CWORD=3; _goldtape; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", probe], capture_output=True, text=True, check=True)
    assert "snapshots" in done.stdout.split()
    probe = script + '\nCOMP_WORDS=(goldtape query --for); COMP_CWORD=2; _goldtape; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", probe], capture_output=True, text=True, check=True)
    assert "--format" in done.stdout.split()


def test_lake_that_is_none_is_explained(goldtape, tmp_path):
    answer = goldtape("tables", lake=tmp_path / "nothing", code=2)
    assert "init" in answer.err and str(tmp_path / "nothing") in answer.err
