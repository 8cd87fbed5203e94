"""How long it takes to begin: the import, the load of the shipped data, one answer. Medians; run with ``make bench``.

Prints seconds and, beside them, the ratio to starting a bare interpreter, or to the load, in the same run.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile

TIMED = """
import json, sys, time
begin = time.perf_counter()
{code}
print(json.dumps(time.perf_counter() - begin))
"""


def seconds(code: str, before: str = "", runs: int = 5) -> float:
    """Return the median of a few runs of *code*, each in a new process."""
    script = before + TIMED.format(code=code)
    return statistics.median(
        json.loads(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        for _ in range(runs)
    )


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as cache:
        head = f"import os; os.environ['POLICYGRAPH_CACHE'] = {cache!r}\n"
        load = head + "import policygraph as pg\nkg = pg.load()\n"
        answer = load + "view = kg.view('2025-05-13'); str(view.touches('ascend-910b').outcome)\n"
        numpy = seconds("import numpy")
        rows = [
            ("import numpy, for comparison", numpy),
            ("import policygraph", seconds("import policygraph")),
            ("pg.load(), first time on a machine", seconds("kg = pg.load(cache=False)", "import policygraph as pg\n", 1)),
        ]
        seconds("pass", load, 1)
        rows += [
            ("pg.load(), from then on", seconds("import policygraph as pg; kg = pg.load()", head)),
            ("kg.view('2025-05-13')", seconds("kg.view('2025-05-13')", load)),
            ("view.touches('ascend-910b'), warm", seconds("view.touches('ascend-910b').outcome", answer)),
            ("view.touches('h100'), warm", seconds("view.touches('h100').outcome", answer)),
        ]
    print(f"{'':40} {'seconds':>9} {'x import numpy':>15}")
    for name, took in rows:
        print(f"{name:40} {took:9.3f} {took / numpy:15.2f}")


if __name__ == "__main__":
    main()
