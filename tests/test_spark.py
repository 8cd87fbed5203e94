"""The same expression on Spark: the identical tables from the same files and the same questions. Run by ``make test-spark``."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings(  # of the way in which Spark and Ibis talk to pandas and to Java
        "ignore:The copy keyword", "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
    ),
]

BAD = Path(__file__).parent / "bad" / "shipments"


@pytest.fixture(scope="session")
def spark() -> Any:
    if shutil.which("java") is None:
        pytest.skip("Java is not on this machine, and Spark needs Java 17 or later")
    pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
    from policygraph.shipments.engines import Spark

    engine = Spark("1GB")
    yield engine
    engine.session.stop()


def test_chains_and_the_shipments_on_them_are_the_same_on_both(spark: Any) -> None:
    import pyarrow as pa

    from policygraph.diversion.chains import Search, best, enumerated, pruned
    from policygraph.diversion.families import on_chains
    from policygraph.shipments.engines import DuckDB
    from tests.test_chains import arrow_of, random_legs

    table: pa.Table = arrow_of(random_legs(Random("spark"), "", 90, 6, 1, 30))
    search = Search(lag_days=10, max_legs=3)
    found = []
    for engine in (DuckDB("500MB"), spark):
        raw = engine.arrow("legs", table.to_reader()).table
        here = engine.hold(raw.select(**{name: raw[f"c{place}"] for place, name in enumerate(table.column_names)}))
        stages = pruned(here, search, engine.hold)
        chains = best(enumerated(stages, search), search.max_legs, None).to_pyarrow().to_pylist()
        found.append((chains, sorted(on_chains(stages, search, engine.hold).to_pyarrow()["id"].to_pylist())))
    assert found[0] == found[1]
    assert len(found[0][0]) > 10


def test_files_are_read_and_checked_alike_on_both(spark: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    import policygraph as pg

    (tmp_path / "in").mkdir()
    for name in ("good", "not-a-number", "same-id-other-words", "too-many-cells", "unknown-country"):
        shutil.copy(BAD / f"{name}.csv", tmp_path / "in")
    row = {"id": "p", "date": "2024-03-01", "item": "chip", "shipper": "A", "consignee": "B", "origin": "US", "destination": "TR"}
    table = pa.Table.from_pylist([{**row, "id": f"p{number}", "quantity": float(number)} for number in range(3)])
    pq.write_table(table, tmp_path / "in" / "p.parquet")
    one, other = (pg.read_shipments(tmp_path / "in", backend=backend, memory="1GB") for backend in ("duckdb", "spark"))
    assert (one.backend, other.backend) == ("duckdb", "pyspark")
    assert [(file.file, file.rows, file.accepted) for file in one.report.files] == [
        (file.file, file.rows, file.accepted) for file in other.report.files
    ]
    assert one.to_pandas().astype(str).equals(other.to_pandas().astype(str))
    rejected = [read.rejected.to_dict(orient="records") for read in (one, other)]
    told = [{(row["file"], row["row"]): row["reason"] for row in rows} for rows in rejected]
    assert {key: said for key, said in told[0].items() if "cells" not in said} == {
        key: said for key, said in told[1].items() if "cells" not in said
    }
    assert told[0].keys() == told[1].keys()
    questions: list[dict[str, Any]] = [{"to": "CN"}, {"to": "MY", "only_shipments": True}]
    for asked in questions:
        assert pg.transshipments(one, **asked).to_json() == pg.transshipments(other, **asked).to_json()
