"""A mapping: what a file calls the columns of the form, and how it writes dates and numbers.

Comes in: a YAML file such as

.. code-block:: yaml

    columns: {id: DeclarationNo, date: Date, shipper: Exporter, consignee: Importer}
    date_format: "%d.%m.%Y"             # or a list of them; %Y %y %m %d %b and what stands between
    decimal: ","                        # of numbers; a point unless told
    thousands: " "                      # what parts thousands; nothing unless told
    constants: {origin: US}             # what holds of every row, where the file has no such column
    defaults: {unit: pcs}               # what an empty cell means

Columns that are called as in the form, whatever their case, need no mention. Goes out: :class:`Mapping`.

>>> Mapping().columns_of(("ID", "Date", "item", "shipper", "Importer", "origin", "destination", "note"), "x.csv")  # doctest: +ELLIPSIS
Traceback (most recent call last):
    ...
policygraph.errors.BadData: x.csv:1: there is no column 'consignee'; ... for example columns: {consignee: Importer}
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from policygraph.errors import BadData, Place, nearest
from policygraph.names import folded
from policygraph.shipments.columns import NAMES, REQUIRED, SYNONYMS

__all__ = ["Mapping"]

_DIRECTIVES: Final = {"Y": r"(\d{4})", "y": r"(\d{2})", "m": r"(\d{1,2})", "d": r"(\d{1,2})", "b": r"([A-Za-z]{3})[A-Za-z]*"}
_ISO: Final = "%Y-%m-%d"


def _listed(told: Any) -> Any:
    forms = [told] if isinstance(told, str) else told
    if not isinstance(forms, (list, tuple)) or not forms or not all(isinstance(form, str) for form in forms):
        raise ValueError(f"{told!r} is no form of dates; write one, as '%d.%m.%Y', or a list of them")
    return tuple(forms)


def _texts(told: Any) -> Any:
    """Read what YAML takes for numbers and days as the text it was."""
    if not isinstance(told, dict):
        raise ValueError(f"{told!r} tells nothing of a column; write a column and what it is, as {{id: DeclarationNo}}")
    plain = {name: cell if isinstance(cell, str) else str(cell) for name, cell in told.items() if cell is not None}
    if len(plain) < len(told):
        raise ValueError("a column has nothing after its colon; write what it is, or take it out")
    return plain


_Texts = Annotated[dict[str, str], BeforeValidator(_texts)]


class Mapping(BaseModel):
    """How a file is to be read.

    Attributes
    ----------
    columns
        Our column: their column.
    date_format
        The forms in which dates may be written; tried all, and a date that means two days is rejected.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: _Texts = Field(default_factory=dict)
    date_format: Annotated[tuple[str, ...], BeforeValidator(_listed)] = (_ISO,)
    decimal: str = "."
    thousands: str = ""
    constants: _Texts = Field(default_factory=dict)
    defaults: _Texts = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Mapping:
        for part in ("columns", "constants", "defaults"):
            for name in getattr(self, part):
                if name not in NAMES:
                    near = nearest(name, NAMES, 1)
                    hint = f"did you mean '{near[0]}'?" if near else f"use {', '.join(NAMES)}"
                    raise ValueError(f"{part}: there is no column '{name}'; {hint}")
        both = sorted(set(self.columns) & set(self.constants))
        if both:
            raise ValueError(f"'{both[0]}' is told as a column and as a constant; tell it once")
        if self.decimal not in (".", ",") or self.thousands == self.decimal:
            raise ValueError("decimal: is a point or a comma, and thousands: something else")
        for form in self.date_format:
            self.parts_of(form)
        return self

    @staticmethod
    def parts_of(form: str) -> tuple[str, str]:
        """Return the regular expression of a form of dates, and which part each of its groups is.

        >>> Mapping.parts_of("%d.%m.%Y")
        ('^(\\\\d{1,2})\\\\.(\\\\d{1,2})\\\\.(\\\\d{4})$', 'dmY')
        """
        pattern, order, place = "", "", 0
        while place < len(form):
            if form[place] == "%":
                letter = {"B": "b"}.get(form[place + 1 : place + 2], form[place + 1 : place + 2])
                if letter not in _DIRECTIVES:
                    raise ValueError(f"date_format '{form}' has '%{letter}'; use %Y or %y, %m or %b, %d and what stands between")
                pattern, order, place = pattern + _DIRECTIVES[letter], order + letter, place + 2
            else:
                pattern, place = pattern + re.escape(form[place]), place + 1
        if sorted(order.replace("y", "Y").replace("b", "m")) != ["Y", "d", "m"]:
            raise ValueError(f"date_format '{form}' must tell a year, a month and a day once each, for example %d.%m.%Y")
        time = r"(?:[T ][0-9:.]+(?:Z|[+-]\d\d:?\d\d)?)?" if form == _ISO else ""
        return f"^{pattern}{time}$", order

    @classmethod
    def read(cls, path: Path) -> Mapping:
        """Read a mapping file.

        Raises
        ------
        BadData
            If it is no mapping.
        """
        try:
            text = path.read_text(encoding="utf-8")
            _refuse_doubles(yaml.compose(text, Loader=yaml.SafeLoader), path)
            told = yaml.safe_load(text)
            if not isinstance(told, dict):
                raise ValueError("a mapping file holds columns:, and perhaps date_format:, decimal:, constants: and defaults:")
            return cls.model_validate(told)
        except BadData:
            raise
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            said = first["msg"].removeprefix("Value error, ")
            if first["type"] == "extra_forbidden":
                where, said = "", f"a mapping file has no key '{where}'; use {', '.join(cls.model_fields)}"
            raise BadData([(Place(path.as_posix()), f"{where}: {said}" if where else said)]) from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            raise BadData([(Place(path.as_posix(), line), f"this is no YAML: {error.problem}")]) from None
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise BadData([(Place(path.as_posix()), str(getattr(error, "strerror", None) or error))]) from None

    def columns_of(self, theirs: Sequence[str], file: str) -> dict[str, str]:
        """Return which column of a file is which of the form.

        Raises
        ------
        BadData
            If a required column is missing, with what it may be called there; or if a column of the mapping is not there.
        """
        faults = []
        found = {}
        by_name: dict[str, list[str]] = {}
        for name in theirs:
            by_name.setdefault(_plain(name), []).append(name)
        for ours in NAMES:
            if ours in self.constants:
                continue
            told = self.columns.get(ours)
            if told is not None:
                if told in theirs:
                    found[ours] = told
                else:
                    near = nearest(told, theirs, 1)
                    hint = f"did you mean '{near[0]}'?" if near else f"its columns are {', '.join(theirs)}"
                    faults.append((Place(file, 1), f"the mapping calls '{ours}' '{told}', and there is no such column; {hint}"))
                continue
            same = [name for name in by_name.get(_plain(ours), ()) if name not in self.columns.values()]
            if len(same) > 1:
                faults.append((Place(file, 1), f"the columns {' and '.join(map(repr, same))} may both be '{ours}'; say which in a mapping"))
            elif same:
                found[ours] = same[0]
            elif ours in REQUIRED:
                taken = {*self.columns.values(), *found.values()}
                known = [name for name in theirs if _plain(name) in map(_plain, SYNONYMS.get(ours, ()))]
                near = tuple(name for name in (*known, *nearest(ours, theirs, 1)) if name not in taken)
                guess = near[0] if near else "..."
                said = f"there is no column '{ours}'; its columns are {', '.join(theirs)}"
                faults.append((Place(file, 1), f"{said}; name it in a mapping file, for example columns: {{{ours}: {guess}}}"))
        if faults:
            raise BadData(faults)
        return found


def _refuse_doubles(node: yaml.Node | None, path: Path) -> None:
    """Refuse a key that stands twice, of which YAML would silently take the last."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise BadData([(Place(path.as_posix(), key.start_mark.line + 1), f"'{key.value}' stands twice; take one out")])
        seen.add(str(key.value))
        _refuse_doubles(value, path)


def _plain(name: str) -> str:
    return folded(name)
