"""What the README shows works as written: its commands in order, then its Python."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def blocks(language: str) -> list[str]:
    text = (ROOT / "README.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_readme_commands_and_python(goldtape, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "goldtape").symlink_to(goldtape.program)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    commands = [line for block in blocks("") for line in block.splitlines() if line.startswith("bin/goldtape")]
    assert len(commands) >= 6
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    rows = goldtape.query(tmp_path / "my-lake", "select count(*) as n from silver.bars_1m")
    assert rows == [{"n": 24 * 5 * 390}]
    assert (tmp_path / "my-lake.html").stat().st_size > 100_000

    (python,) = blocks("python")
    script = python.replace("sqlite:///my-lake", f"sqlite:///{tmp_path}/my-lake") + "\nprint(bars.num_rows)\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(5 * 390)


def test_readme_links_lead_somewhere():
    text = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / target).exists(), target
