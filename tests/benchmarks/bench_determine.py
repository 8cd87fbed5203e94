"""One whole determination, warm: the same case again, and the same but for its destination, its end user or its item.

Medians of processor time, with those of the clock beside them. What is read of the data is kept within one set of answers, so a case that
differs in one input costs what that input bears on.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import policygraph as pg

DAY = "2025-05-20"
CASE = {"item": "h20", "from": "US", "to": "CN", "exporter": "nvidia", "end_user": "bytedance", "act": "export", "knowledge": "yes"}
OTHERS: dict[str, tuple[str, ...]] = {
    "to": ("VN", "JP", "AE", "SA", "MO", "DE", "SG", "KZ", "IL", "HK"),
    "end_user": ("huawei", "smic", "ymtc", "cxmt", "tsmc", "samsung-electronics", "none"),
    "item": ("h100-sxm5-80gb", "h200-sxm-141gb", "rtx-4090", "ascend-910c", "asml-nxt-2000i"),
}
"""What stands in the place of one input; the first of each is asked beforehand and not counted."""


def measured(view: pg.View, cases: list[dict[str, Any]]) -> str:
    """Return the medians over some cases, each asked once."""
    spent, passed = [], []
    for case in cases:
        begin, clock = time.process_time(), time.perf_counter()
        view.determine(**case)
        spent.append(time.process_time() - begin)
        passed.append(time.perf_counter() - clock)
    return f"{median(spent) * 1e3:6.1f} thousandths of a second of processor, {median(passed) * 1e3:6.1f} passed ({len(cases)} cases)"


def main() -> None:
    """Print the measurements."""
    view = pg.load().view(DAY)
    begin = time.process_time()
    view.determine(**CASE)
    print(f"the first case, law and data read: {time.process_time() - begin:.2f} s of processor")
    print(f"the same case:      {measured(view, [CASE] * 20)}")
    for name, values in OTHERS.items():
        known = [value for value in values if name == "to" or value == "none" or view.kg.graph.index.get(value) is not None]
        cases = [{**CASE, name: value} for value in known]
        view.determine(**cases[0])
        print(f"another {name + ':':<12}{measured(view, cases[1:])}")


if __name__ == "__main__":
    main()
