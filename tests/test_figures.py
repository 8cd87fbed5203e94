"""Figures: what is drawn, where it stands, and that the same finding gives the same bytes."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch

from policygraph.errors import BadQuestion
from policygraph.figures import Diagram, figure
from policygraph.figures.drawing import STROKES, drawn
from policygraph.figures.layout import Layout, Link, Node, laid_out
from policygraph.figures.lettering import Face, balanced, drawable, legible, width, wrapped
from policygraph.figures.page import MARGIN, MILLIMETRE, NARROW, Page, composed
from policygraph.findings import Evidence, Finding, Proof, Route, Step
from policygraph.truth import Strength, Truth, Verdict

AS_OF = date(2025, 5, 13)
Edge = tuple[str, str, str]

CLASSES = {
    "ascend": "Chip", "die-t": "Die", "die-s": "Die", "hbm": "Memory", "tsmc": "Fab", "smic": "Fab", "samsung": "Fab",
    "eda": "DesignSoftware", "us-tools": "Equipment", "amat-tools": "Equipment", "source": "Component", "us-tech": "Technology",
    "amat": "Company", "US": "Country",
}
LABELS = {
    "ascend": "Ascend 910B", "die-t": "Ascend 910B-type compute die made by TSMC", "die-s": "Ascend 910B compute die made by SMIC",
    "hbm": "Samsung HBM", "tsmc": "TSMC 7 nm family lines", "smic": "SMIC FinFET lines", "samsung": "Samsung DRAM lines",
    "eda": "US chip-design software", "us-tools": "US-made fab tools", "amat-tools": "Applied Materials fab tools",
    "source": "Light source", "us-tech": "US-controlled technology and software for designing and making chips",
    "amat": "Applied Materials", "US": "United States", "huawei": "Huawei", "reuters": "Reuters",
}
STORY: tuple[tuple[Edge, ...], ...] = (
    (("ascend", "incorporatesLogic", "die-t"), ("die-t", "fabricatedAt", "tsmc"), ("tsmc", "usesEquipment", "us-tools"),
     ("us-tools", "originIn", "US")),
    (("ascend", "incorporatesLogic", "die-s"), ("die-s", "fabricatedAt", "smic"), ("smic", "usesEquipment", "us-tools"),
     ("us-tools", "directProductOf", "us-tech"), ("us-tech", "originIn", "US")),
    (("ascend", "incorporatesMemory", "hbm"), ("hbm", "fabricatedAt", "samsung"), ("samsung", "usesEquipment", "amat-tools"),
     ("amat-tools", "incorporates", "source"), ("source", "madeBy", "amat"), ("amat", "headquarteredIn", "US")),
    (("ascend", "designedWith", "eda"), ("eda", "originIn", "US")),
    (("ascend", "directProductOf", "us-tech"), ("us-tech", "originIn", "US")),
)
STRENGTHS = {"incorporatesMemory": 2, "originIn": 4, "designedWith": 1}


def evidence(document: str, *, strength: int = 3, against: bool = False, speaker: str = "reuters", text: str = "") -> Evidence:
    return Evidence(
        claim=f"{document}-{text}", text=text, against=against, strength=Strength(strength), stance="reports", speaker=speaker,
        document=document, version=1, at="", title=f"What {document} says", published=date(2024, 10, 22),
        url=f"https://www.example.org/{document}",
    )


def step(edge: Edge, *, strength: int | None = None, sources: Iterable[str] = (), disputed: bool = False, **more: object) -> Step:
    grade = STRENGTHS.get(edge[1], 3) if strength is None else strength
    said = tuple(evidence(name, strength=grade) for name in (*sources, f"reuters-2024-{edge[0]}"))
    denial = (evidence("huawei-2024-denial", strength=1, against=True, speaker="huawei"),) if disputed else ()
    begins = date(2019, 1, 1) if edge[1] in ("fabricatedAt", "usesEquipment") else None
    times: dict[str, object] = {"begins": begins, "ends": date(2025, 5, 14) if begins else None, **more}
    return Step(*edge, inverse=False, truth=Truth(grade, int(disputed)), evidence=(*said, *denial), **times)  # type: ignore[arg-type]


def finding(
    routes: Iterable[Iterable[Step]], *, labels: dict[str, str] | None = None, classes: dict[str, str] | None = None
) -> Finding:
    verdict = Verdict(Truth(3, 0), Truth(0, 0))
    return Finding(
        question="Did Ascend 910B touch tooling or technology of United States origin?", as_of=AS_OF, known_by=None,
        data={"name": "policygraph", "version": "0.1.0"}, verdict=verdict, proof=Proof("any", "", verdict),
        routes=tuple(Route("fab equipment", verdict, tuple(path)) for path in routes), subject="ascend",
        labels={**LABELS, **(labels or {})}, classes={**CLASSES, **(classes or {})},
    )


def story() -> Finding:
    return finding([step(edge, disputed=edge[2] in ("die-t", "tsmc")) for edge in path] for path in STORY)


def tiny() -> Finding:
    return finding([[step(("ascend", "fabricatedAt", "smic")), step(("smic", "locatedIn", "US"))]])


def large() -> Finding:
    """Eight routes over some thirty-five nodes with long names, each disputed somewhere."""
    classes = {"ascend": "Chip"}
    paths = []
    for number in range(8):
        names = {
            "Die": f"die-{number}", "Fab": f"fab-{number % 6}", "Equipment": f"tool-{number}", "Component": f"part-{number % 5}",
            "Technology": f"tech-{number % 5}",
        }
        classes |= {id_: class_ for class_, id_ in names.items()}
        chain = ["ascend", *names.values(), "US"]
        relations = ("incorporatesLogic", "fabricatedAt", "usesEquipment", "incorporates", "directProductOf", "originIn")
        edges = [(tail, relation, head) for (tail, head), relation in zip(pairwise(chain), relations, strict=True)]
        paths.append([step(edge, sources=[f"ft-2024-{number}-{at}"], disputed=at == number % 5) for at, edge in enumerate(edges)])
    labels = {id_: f"{id_}, a name that takes up several lines in any box" for id_ in classes if id_ != "ascend"}
    return finding(paths, labels=labels, classes=classes)


FINDINGS = {"tiny": tiny, "story": story, "large": large}


@pytest.fixture(params=list(FINDINGS))
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return figure(FINDINGS[request.param]())


@pytest.fixture(params=["graphviz", "fallback"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "fallback":
        monkeypatch.setitem(sys.modules, "pygraphviz", None)
    return str(request.param)


def assert_sound(layout: Layout) -> None:
    things = [*layout.frames.values(), *(curve.label for curve in layout.curves)]
    assert not [pair for pair in combinations(things, 2) if pair[0].overlaps(pair[1])]
    for curve in layout.curves:
        assert len(curve.before) % 3 == 1
        assert len(curve.after) % 3 == 1
        assert max(abs(curve.before[-1][1] - curve.label.y), abs(curve.after[0][1] - curve.label.y)) < 1e-6


def crossed(layout: Layout, links: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Boxes and labels through which an arrow runs that is not theirs."""
    found = []
    for (tail, head), curve in zip(links, layout.curves, strict=True):
        others = [(id_, frame) for id_, frame in layout.frames.items() if id_ not in (tail, head)]
        others += [("label", other.label) for other in layout.curves if other is not curve]
        for way in (curve.before, curve.after):
            for at in range(0, len(way) - 1, 3):
                (x0, y0), (x1, y1), (x2, y2), (x3, y3) = way[at : at + 4]
                for t in (each / 24 for each in range(25)):
                    u = 1 - t
                    x = u**3 * x0 + 3 * u * u * t * x1 + 3 * u * t * t * x2 + t**3 * x3
                    y = u**3 * y0 + 3 * u * u * t * y1 + 3 * u * t * t * y2 + t**3 * y3
                    found += [
                        (tail, head, id_) for id_, frame in others
                        if frame.left + 0.1 < x < frame.right - 0.1 and frame.bottom + 0.1 < y < frame.top - 0.1
                    ]
    return found


def assert_on_page(page: Page) -> None:
    for frame in (*page.layout.frames.values(), *(curve.label for curve in page.layout.curves)):
        assert frame.left >= MARGIN - 0.1
        assert frame.right <= page.width - MARGIN + 0.1
        assert frame.bottom > 0
        assert frame.top < page.height
    for line in page.lines:
        wide = width(line.text, line.face)
        left = line.x - {"left": 0.0, "center": wide / 2}[line.align]
        assert left >= MARGIN - 0.1, line
        assert left + wide <= page.width - MARGIN + 0.5, line
        assert 0 < line.y < page.height - line.face.size / 2, line
        assert line.face.size >= 6.5


def test_everything_stands_on_the_page_and_nothing_on_anything_else(diagram: Diagram, engine: str) -> None:
    page = composed(diagram)
    assert_sound(page.layout)
    assert_on_page(page)
    assert crossed(page.layout, [(arrow.tail, arrow.head) for arrow in diagram.arrows]) == []
    assert min(frame.bottom for frame in page.layout.frames.values()) > page.rules[0]


def test_text_stays_inside_its_box(diagram: Diagram) -> None:
    page = composed(diagram)
    frames = list(page.layout.frames.values())
    inside = [line for line in page.lines if line.role.startswith("box")]
    assert inside
    for line in inside:
        half = width(line.text, line.face) / 2
        assert [
            frame for frame in frames
            if frame.left <= line.x - half and line.x + half <= frame.right and frame.bottom < line.y < frame.top - line.face.size / 2
        ], line.text


def test_the_text_and_the_mark_of_an_arrow_stay_inside_its_label(diagram: Diagram) -> None:
    page = composed(diagram)
    labels = [curve.label for curve in page.layout.curves]
    for line in page.lines:
        if line.role in ("relation", "dispute"):
            left = line.x - (width(line.text, line.face) / 2 if line.align == "center" else 0)
            right = left + width(line.text, line.face)
            assert [label for label in labels if label.left < left and right < label.right and label.bottom < line.y < label.top], line
    contested = sum(arrow.contested for arrow in diagram.arrows)
    inside = [
        (x, y) for x, y in page.marks for label in labels
        if label.left < x - 3 and x + 3 < label.right and label.bottom < y < label.top
    ]
    assert len(inside) == contested


def test_lines_of_text_do_not_cover_each_other(diagram: Diagram) -> None:
    page = composed(diagram)
    areas = []
    for line in page.lines:
        wide = width(line.text, line.face)
        left = line.x - (wide / 2 if line.align == "center" else 0)
        areas.append((left, left + wide, line.y - 0.2 * line.face.size, line.y + 0.72 * line.face.size, line.text))
    for one, other in combinations(areas, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2], (one, other)


def test_lanes_stand_in_order_and_every_arrow_runs_between_columns(diagram: Diagram, engine: str) -> None:
    layout = composed(diagram).layout
    x = {column: {round(layout.frames[box.id].x, 3) for box in diagram.boxes if box.column == column} for box in diagram.boxes
         for column in [box.column]}
    assert all(len(places) == 1 for places in x.values())
    assert [min(x[column]) for column in sorted(x)] == sorted(min(places) for places in x.values())
    lanes = [box.lane for box in sorted(diagram.boxes, key=lambda box: box.column)]
    assert lanes == sorted(lanes)
    column = {box.id: box.column for box in diagram.boxes}
    assert all(column[arrow.tail] < column[arrow.head] for arrow in diagram.arrows)


def test_a_small_figure_takes_a_column_width_and_stays_small() -> None:
    page = composed(figure(tiny()))
    assert page.width == NARROW
    assert page.height < 60 * MILLIMETRE


def test_the_best_route_runs_in_the_upper_half(engine: str) -> None:
    layout = composed(figure(story())).layout
    assert layout.curves[0].label.y >= layout.curves[0].label.height / 2
    middle = (min(frame.bottom for frame in layout.frames.values()) + max(frame.top for frame in layout.frames.values())) / 2
    assert layout.frames["die-t"].y > middle - 20


def test_every_number_at_an_arrow_is_in_the_list_and_every_source_is_cited(diagram: Diagram) -> None:
    listed = [source.number for source in diagram.sources]
    assert listed == list(range(1, len(listed) + 1))
    cited = {number for arrow in diagram.arrows for number in (*arrow.sources, *arrow.against)}
    assert cited == set(listed)
    assert all(arrow.sources for arrow in diagram.arrows)
    printed = [line.text for line in composed(diagram).lines if line.role == "number"]
    assert printed == [str(number) for number in listed]


def test_a_step_shared_by_routes_is_drawn_once_and_keeps_its_strength() -> None:
    diagram = figure(story())
    edges = [(arrow.tail, arrow.label, arrow.head) for arrow in diagram.arrows]
    assert len(edges) == len(set(edges))
    assert edges.count(("us-tech", "originates in", "US")) == 1
    strength = {(arrow.tail, arrow.head): arrow.strength for arrow in diagram.arrows}
    assert strength[("ascend", "hbm")] is Strength.PRESUMED
    assert strength[("ascend", "eda")] is Strength.ALLEGED
    assert strength[("us-tools", "US")] is Strength.ESTABLISHED


def test_a_derived_relation_bears_the_name_of_the_claim() -> None:
    labels = {arrow.label for arrow in figure(story()).arrows if arrow.tail == "ascend"}
    assert "incorporates" in labels
    assert not {label for label in labels if "logic" in label or "memory" in label}


def test_strengths_are_told_apart_by_the_line_alone() -> None:
    strokes = [(stroke.width, stroke.dashes) for stroke in STROKES.values()]
    assert len(set(strokes)) == len(Strength)
    assert STROKES[Strength.ESTABLISHED].width > STROKES[Strength.REPORTED].width
    assert not STROKES[Strength.ESTABLISHED].dashes
    assert not STROKES[Strength.REPORTED].dashes
    assert STROKES[Strength.PRESUMED].dashes[0] > STROKES[Strength.ALLEGED].dashes[0]


@pytest.mark.parametrize("strength", [strength for strength in Strength if strength])
def test_an_arrow_is_drawn_in_the_line_of_its_strength(strength: Strength) -> None:
    diagram = figure(finding([[step(("ascend", "fabricatedAt", "smic"), strength=int(strength))]]))
    halves = [patch for patch in drawn(composed(diagram)).axes[0].patches if isinstance(patch, PathPatch)][:2]
    assert {patch.get_linewidth() for patch in halves} == {STROKES[strength].width}
    assert {patch.get_linestyle() != "solid" for patch in halves} == {bool(STROKES[strength].dashes)}


def test_a_disputed_arrow_has_a_mark_a_frame_and_a_name() -> None:
    plain = composed(figure(finding([[step(("ascend", "fabricatedAt", "smic"))]])))
    disputed = composed(figure(finding([[step(("ascend", "fabricatedAt", "smic"), disputed=True)]])))
    assert plain.marks == ()
    assert len(disputed.marks) == 2  # at the arrow and in the legend
    words = " ".join(line.text for line in disputed.lines if line.role == "dispute")
    assert words == "disputed by Huawei [2]"
    assert not [line for line in plain.lines if line.role == "dispute"]
    colours = [{patch.get_edgecolor() for patch in drawn(page).axes[0].patches} for page in (plain, disputed)]
    assert colours[1] - colours[0]


def test_what_outweighs_a_step_shows_as_a_dispute() -> None:
    weak = Step("ascend", "fabricatedAt", "smic", False, Truth(1, 3), (evidence("a", strength=1), evidence("b", against=True)))
    assert figure(finding([[weak]])).arrows[0].contested


def test_sources_are_few_the_strongest_and_first_those_that_say_the_thing_itself() -> None:
    said = [evidence(f"member-{number}", strength=4, text="a fab operated by a firm") for number in range(4)]
    kind = evidence("kind", strength=2, text="every fab uses equipment of a kind")
    diagram = figure(finding([[Step("smic", "usesEquipment", "us-tools", False, Truth(2, 0), (*said, kind))]]))
    assert [source.document for source in diagram.sources] == ["kind", "member-0", "member-1"]
    assert any("sources are cited" in note for note in diagram.notes)


def test_routes_beyond_the_eighth_are_not_drawn_and_a_note_says_so() -> None:
    paths = [[step(("ascend", "designedWith", f"eda-{number}"))] for number in range(11)]
    diagram = figure(finding(paths, classes={f"eda-{number}": "DesignSoftware" for number in range(11)}))
    assert len(diagram.arrows) == 8
    assert "The 8 best of 11 routes are drawn." in diagram.notes


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        (None, None, ""),
        (date(2020, 9, 15), date(2025, 5, 14), "from 2020"),
        (date(2020, 9, 15), date(2022, 1, 1), "2020–2021"),
        (date(2020, 1, 1), date(2021, 1, 1), "2020"),
        (None, date(2018, 1, 1), "until 2017"),
        (None, date(2025, 5, 14), ""),
    ],
)
def test_years(begins: date | None, ends: date | None, words: str) -> None:
    said = (replace(evidence("a"), when="from 2020-09-15 until some other day"),)
    whole = Step("ascend", "fabricatedAt", "smic", False, Truth(3, 0), said, begins, ends)
    assert figure(finding([[whole]])).arrows[0].when == words


def test_a_stretch_that_ends_where_no_source_says_so_is_open() -> None:
    said = (replace(evidence("a"), when="from some day in 2020-09-15..2023-01-01"),)
    stretch = Step("ascend", "fabricatedAt", "smic", False, Truth(3, 0), said, date(2020, 9, 15), date(2022, 1, 1))
    assert figure(finding([[stretch]])).arrows[0].when == "from 2020"


def test_years_of_two_stretches_of_one_edge_are_joined() -> None:
    edge = ("ascend", "fabricatedAt", "smic")
    first = step(edge, begins=date(2020, 9, 15), ends=date(2022, 1, 1))
    second = step(edge, begins=date(2022, 1, 1), ends=date(2025, 5, 14))
    assert [arrow.when for arrow in figure(finding([[first], [second]])).arrows] == ["from 2020"]


def test_members_of_a_family_stand_where_the_item_stands() -> None:
    edges = [("910b1", "fabricatedAt", "smic"), ("910b2", "fabricatedAt", "smic")]
    diagram = figure(finding([[step(edge)] for edge in edges], classes={"910b1": "Chip", "910b2": "Chip"}))
    assert {box.id for box in diagram.boxes if box.lane == 0} == {"910b1", "910b2"}
    assert [lane.heading for lane in diagram.lanes] == ["item", "fabs"]


def test_the_answer_line_tells_what_undisputed_claims_say() -> None:
    assert figure(story()).answer == "As of 2025-05-13: contested, leaning met (reported). Undisputed claims alone: unknown."


def test_chains_inside_a_lane_get_columns_of_their_own_even_in_a_circle() -> None:
    circle = [
        ("ascend", "variantOf", "family"), ("family", "variantOf", "line"), ("line", "variantOf", "family"), ("family", "madeIn", "US"),
    ]
    diagram = figure(finding([[step(edge) for edge in circle]], classes={"family": "Chip", "line": "Chip"}))
    column = {box.id: box.column for box in diagram.boxes}
    assert len({column[id_] for id_ in ("ascend", "family", "line")}) == 3
    assert len(diagram.arrows) == 4
    assert_sound(composed(diagram).layout)


def test_a_step_back_to_an_earlier_lane_is_drawn_backwards() -> None:
    backwards = [step(("smic", "operatedBy", "amat")), step(("amat", "supplies", "smic"))]
    diagram = figure(finding([[step(("ascend", "fabricatedAt", "smic")), *backwards]]))
    page = composed(diagram)
    arrow, curve = page.arrows[[(each.tail, each.head) for each in diagram.arrows].index(("amat", "smic"))]
    assert arrow.label == "supplies"
    assert curve.after[-1][0] == pytest.approx(page.layout.frames["smic"].right)
    assert curve.before[0][0] == pytest.approx(page.layout.frames["amat"].left)


def test_a_step_from_a_thing_to_itself_is_left_out() -> None:
    steps = [step(("ascend", "incorporates", "ascend")), step(("ascend", "fabricatedAt", "smic"))]
    assert [(arrow.tail, arrow.head) for arrow in figure(finding([steps])).arrows] == [("ascend", "smic")]


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_same_finding_gives_the_same_bytes(format: str) -> None:
    assert figure(story()).rendered(format) == figure(story()).rendered(format)


def test_bytes_do_not_depend_on_the_hash_seed_nor_on_the_users_style() -> None:
    code = (
        "import hashlib, matplotlib, test_figures as t; from policygraph.figures import figure; "
        "matplotlib.rcParams.update({'axes.facecolor': 'red', 'font.size': 30, 'lines.linewidth': 9, 'path.sketch': (1, 2, 3)}); "
        "print(hashlib.sha256(figure(t.large()).rendered('svg')).hexdigest())"
    )
    here = Path(__file__).parent
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=here,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{here.parent}:{here}", "PATH": "", "HOME": str(Path.home())},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert printed == {hashlib.sha256(figure(large()).rendered("svg")).hexdigest()}


@pytest.mark.parametrize(("ending", "start"), [(".svg", b"<?xml"), (".PNG", b"\x89PNG"), (".pdf", b"%PDF")])
def test_a_figure_is_saved_by_the_ending_of_its_name(ending: str, start: bytes, tmp_path: Path) -> None:
    target = figure(tiny()).save(tmp_path / f"figure{ending}")
    assert target.read_bytes().startswith(start)


def test_a_figure_shows_in_a_notebook() -> None:
    assert "<svg" in figure(tiny())._repr_svg_()


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "figure.svg.bak"])
def test_another_ending_is_refused_in_one_sentence_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match=r"use one of \.svg, \.png, \.pdf$") as refused:
        figure(tiny()).save(tmp_path / name)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_format_that_is_none_is_refused_in_one_sentence() -> None:
    with pytest.raises(BadQuestion, match="'eps' is no format of a figure; use one of svg, pdf, png"):
        figure(tiny()).rendered("eps")


def test_a_missing_directory_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="there is no directory"):
        figure(tiny()).save(tmp_path / "nowhere" / "figure.svg")


def test_a_finding_without_a_route_is_refused_in_one_sentence() -> None:
    for empty in (finding([]), finding([[]])):
        with pytest.raises(BadQuestion, match="there is no route to draw") as refused:
            figure(empty)
        assert empty.question in str(refused.value)


def test_without_graphviz_the_figure_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert figure(large()).save(tmp_path / "figure.svg").stat().st_size > 10_000


def test_what_the_fonts_cannot_draw_is_never_drawn() -> None:
    unknown = "\U00020000\U00020001"
    odd = finding(
        [[step(("ascend", "fabricatedAt", "smic"), disputed=True)]],
        labels={"ascend": f"Ascend 910B ({unknown})", "smic": f"{unknown} 7", "huawei": unknown},
    )
    lines = composed(figure(odd)).lines
    assert all(drawable(line.text) for line in lines)
    assert {line.text for line in lines if line.role.startswith("box")} == {"Ascend 910B", "smic"}


def test_dollar_signs_and_markup_are_text() -> None:
    named = finding([[step(("ascend", "fabricatedAt", "smic"))]], labels={"ascend": "A $10^9$ <chip> & more"})
    svg = figure(named).rendered("svg").decode()
    assert svg.count("<svg") == 1
    assert "$10^9$" in " ".join(line.text for line in composed(figure(named)).lines)


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "Zs")), max_size=80), st.floats(12, 200))
def test_wrapping_keeps_every_character_and_the_limit(text: str, limit: float) -> None:
    face = Face(7)
    for lines in (wrapped(text, face, limit), balanced(text, face, limit)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(width(line, face) <= limit + 0.01 or len(line) == 1 for line in lines)
        assert all(line == line.strip() and line for line in lines)


@given(st.text(max_size=30), st.sampled_from(["smic", "a-b-c"]))
def test_legible_text_can_be_drawn(text: str, otherwise: str) -> None:
    assert drawable(legible(text, otherwise))
    assert any(character.isalnum() for character in legible(text, otherwise)) or drawable(" ".join(text.split()))
    assert legible(text, otherwise)
    assert drawable(legible(text))


@st.composite
def layered(draw: st.DrawFn) -> tuple[list[Node], list[Link]]:
    counts = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    places = [(column, row) for column, count in enumerate(counts) for row in range(count)]
    nodes = [Node(f"{column}.{row}", column, 40, draw(st.sampled_from([12.0, 20.0, 44.0]))) for column, row in places]
    pairs = [(one.id, other.id) for one, other in combinations(nodes, 2) if one.column != other.column]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=14))
    turned = [pair[::-1] if draw(st.booleans()) else pair for pair in chosen]
    return nodes, [Link(*pair, draw(st.sampled_from([10.0, 40.0])), draw(st.sampled_from([8.0, 30.0]))) for pair in turned]


@settings(max_examples=40, deadline=None)
@given(layered(), st.booleans())
def test_any_layered_graph_is_laid_out_without_overlaps(graph: tuple[list[Node], list[Link]], fallback: bool) -> None:
    nodes, links = graph
    with pytest.MonkeyPatch.context() as patch:
        if fallback:
            patch.setitem(sys.modules, "pygraphviz", None)
        layout = laid_out(nodes, links, room=500)
    assert set(layout.frames) == {node.id for node in nodes}
    assert_sound(layout)
    assert crossed(layout, [(link.tail, link.head) for link in links]) == []
    assert min(frame.left for frame in layout.frames.values()) == pytest.approx(0)
