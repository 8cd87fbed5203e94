"""Data flows one way: a module imports only from modules to its left."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import policygraph

PACKAGE = Path(policygraph.__file__).parent
ORDER = (
    "errors", "names", "dates", "ontology", "truth", "claims", "proofs", "findings", "bill", "parties", "case", "shipments", "datasets",
    "columns", "lookup", "graph", "overlay", "stretches", "edges", "grading", "kinds", "silence", "view", "listings", "paths", "rdf",
    "shapes", "ownership", "content", "measures", "law",
    "touches", "scenario", "diversion", "formats", "matching", "figures", "report", "copies", "asking", "desk", "cli", "serve",
)
HEAVY = ("rdflib", "pandas", "matplotlib", "networkx", "pygraphviz", "pyshacl", "typer", "scipy", "duckdb", "ibis", "pyspark")


def room(module: Path) -> str:
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("policygraph.") and name.count(".")}


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_left(module: Path) -> None:
    here = room(module)
    if here in ("__init__", "__main__"):
        return
    assert here in ORDER, f"{here} has no place in the order of modules"
    known = [name for name in imported(module) if name in ORDER and name != here]
    assert [name for name in known if ORDER.index(name) > ORDER.index(here)] == []


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, policygraph; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_modules_stay_readable() -> None:
    longest = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in longest.items() if lines > 500} == {}
