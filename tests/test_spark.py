"""The same expression on Spark: the identical tables from the same files and the same questions. Run by ``make test-spark``."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytestmark = pytest.mark.spark

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
    import ibis
    import pyarrow as pa

    from policygraph.diversion.chains import Search, best, enumerated, pruned
    from policygraph.diversion.families import on_chains
    from policygraph.shipments.engines import DuckDB
    from tests.test_chains import arrow_of, random_legs

    legs = random_legs(Random("spark"), "", 120, 8, 2, 30)
    table: pa.Table = arrow_of(legs)
    search = Search(lag_days=10, max_legs=4)
    found = []
    for engine in (DuckDB("500MB"), spark):
        here = engine.hold(engine.connection.create_view(f"legs_{type(engine).__name__}", ibis.memtable(table), overwrite=True))
        stages = pruned(here, search, engine.hold)
        chains = best(enumerated(stages, search), search.max_legs, None).to_pyarrow().to_pylist()
        found.append((chains, sorted(on_chains(stages, search, engine.hold).to_pyarrow()["id"].to_pylist())))
    assert found[0] == found[1]
    assert len(found[0][0]) > 10


def test_files_are_read_and_checked_alike_on_both(spark: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    import policygraph as pg

    shutil.copytree(BAD, tmp_path / "in")
    (tmp_path / "in" / "no-text.csv").unlink()  # Spark puts a sign in the place of bytes that are no text
    (tmp_path / "in" / "cut-in-quotes.csv").unlink()  # an open quotation mark is read in another way
    row = {"id": "p", "date": "2024-03-01", "item": "chip", "shipper": "A", "consignee": "B", "origin": "US", "destination": "TR"}
    table = pa.Table.from_pylist([{**row, "id": f"p{number}", "quantity": float(number)} for number in range(3)])
    pq.write_table(table, tmp_path / "in" / "p.parquet")
    one, other = (pg.read_shipments(tmp_path / "in", backend=backend, memory="1GB") for backend in ("duckdb", "spark"))
    assert (one.backend, other.backend) == ("duckdb", "pyspark")
    assert [(file.file, file.rows, file.accepted) for file in one.report.files] == [
        (file.file, file.rows, file.accepted) for file in other.report.files
    ]
    assert one.to_pandas().astype(str).equals(other.to_pandas().astype(str))
    told = [{(row["file"], row["row"]): row["reason"].partition(":")[0] for row in read.rejected.to_dict(orient="records")} for read in (one, other)]
    assert {key: said for key, said in told[0].items() if "cells" not in said} == {
        key: said for key, said in told[1].items() if "cells" not in said
    }
    assert told[0].keys() == told[1].keys()
    questions: list[dict[str, Any]] = [{"to": "CN"}, {"to": "MY", "only_shipments": True}]
    for asked in questions:
        assert pg.transshipments(one, **asked).to_json() == pg.transshipments(other, **asked).to_json()
