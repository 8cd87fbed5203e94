"""Ordinary trade, made up: rows among which a told case is to be found, and which nothing is to be read into.

Comes in: how many rows, a seed, and the days. Goes out: a table with the columns of shipments. No firm, product or figure in it is
real; names say so. The same seed gives the same table.

How it is made, so that its innocent chains are those of real trade in kind, though not in number:

- **Goods.** Each product is of one sector and of one maker. Prices and quantities of a product are lognormal around those of the sector,
  and those of a row around those of the product.
- **Firms.** Makers sell to a few distributors and a few customers; a distributor sells on to its own few customers, and one time in
  seven to a second distributor. Partners of a firm are few, and some firms have far more trade than others (lognormal weights). About a
  third of the distributors sit in places known for transshipment: trails from a maker by way of a hub to a customer are everywhere.
- **Stock.** A distributor sells a product only after it first got it, and over time at most nine tenths of what it got.
- **Countries.** Makers by where the sector exports from, customers by where the world imports to; both rounded, from general knowledge:
  only the shape matters. Few rows stay in their country.
- **Days.** Weekdays, more in the last quarter, fewer in February; each pair of firms trades for a part of the time only.
- **Noise that fires flags.** One payer in twenty is a third party, often in another country; one row in twelve is loaded in a neighbouring
  port; half of the rows name no end user, two fifths no forwarder.

>>> table = ordinary_shipments(500, seed=1)
>>> len(table), table["id"].is_unique, bool((table["date"].diff().dropna().dt.days >= 0).all())
(500, True, True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.errors import BadQuestion
from policygraph.shipments.columns import NAMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ordinary_shipments"]

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]

_MOST: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class _Sector:
    hs: str
    eccn: str
    unit: str
    share: float
    price: float
    quantity: float
    makers: Mapping[str, float]


_EAST: Final = {"TW": 24, "KR": 16, "CN": 20, "MY": 9, "US": 11, "JP": 8, "SG": 6, "DE": 3, "NL": 2, "IE": 1}
_WORLD: Final = {
    "CN": 30, "DE": 13, "US": 14, "JP": 8, "IT": 5, "KR": 5, "FR": 4, "MX": 4, "NL": 3, "VN": 3, "TW": 3, "TH": 2, "PL": 2, "IN": 3,
    "TR": 1,
}  # fmt: skip
_SECTORS: Final = (
    _Sector("854231", "3A991", "units", 0.13, 9.0, 4000, _EAST),
    _Sector("854232", "3A991", "units", 0.07, 6.0, 8000, _EAST),
    _Sector("854239", "3A991", "units", 0.08, 2.0, 9000, _EAST),
    _Sector("854129", "EAR99", "units", 0.05, 0.4, 20000, _EAST),
    _Sector("853224", "EAR99", "units", 0.05, 0.05, 90000, _EAST),
    _Sector("853400", "EAR99", "units", 0.05, 4.0, 3000, _EAST),
    _Sector("847150", "4A994", "units", 0.07, 6500, 12, {"CN": 40, "TW": 18, "US": 16, "MX": 12, "NL": 4, "SG": 4, "MY": 3, "DE": 3}),
    _Sector("847170", "EAR99", "units", 0.04, 90, 400, {"TH": 30, "CN": 26, "PH": 10, "US": 8, "MY": 8, "SG": 6, "KR": 6}),
    _Sector("847180", "4A994", "units", 0.02, 2400, 30, {"CN": 42, "TW": 24, "US": 12, "MY": 8, "MX": 6}),
    _Sector("851762", "5A992", "units", 0.06, 180, 200, {"CN": 44, "VN": 12, "MX": 8, "US": 8, "MY": 6, "SE": 3, "TH": 5}),
    _Sector("903089", "3A992", "units", 0.03, 4200, 4, {"US": 24, "DE": 18, "JP": 16, "CN": 12, "MY": 8, "GB": 5}),
    _Sector("848620", "3B991", "units", 0.01, 900000, 1, {"JP": 30, "US": 24, "NL": 20, "SG": 8, "KR": 8, "TW": 4, "DE": 4}),
    _Sector("850440", "EAR99", "units", 0.07, 35, 700, _WORLD),
    _Sector("870899", "EAR99", "kg", 0.08, 9.0, 3000, _WORLD),
    _Sector("843149", "EAR99", "kg", 0.05, 7.0, 2500, _WORLD),
    _Sector("848210", "EAR99", "units", 0.04, 3.0, 4000, _WORLD),
    _Sector("300490", "EAR99", "kg", 0.05, 120, 300, {"DE": 16, "CH": 12, "US": 12, "IE": 10, "BE": 8, "IN": 7, "FR": 7, "IT": 7}),
    _Sector("610910", "EAR99", "kg", 0.05, 16, 1500, {"CN": 26, "BD": 24, "VN": 8, "IN": 8, "TR": 8, "PK": 3}),
)  # fmt: skip
_IMPORTS: Final = {
    "US": 13.2, "CN": 10.6, "DE": 6.2, "NL": 3.5, "JP": 3.5, "GB": 3.2, "FR": 3.2, "KR": 2.9, "IN": 2.8, "IT": 2.7, "HK": 2.6, "MX": 2.4,
    "BE": 2.4, "CA": 2.3, "ES": 1.9, "SG": 1.9, "TW": 1.7, "AE": 1.7, "PL": 1.5, "TR": 1.4, "VN": 1.4, "CH": 1.4, "MY": 1.2, "TH": 1.2,
    "AU": 1.2, "BR": 1.1, "CZ": 0.9, "ID": 0.9, "AT": 0.9, "SE": 0.8, "HU": 0.6, "SA": 0.7, "RU": 0.9, "IL": 0.4, "ZA": 0.5, "RO": 0.5,
    "PH": 0.6, "DK": 0.5, "PT": 0.4, "FI": 0.4, "KZ": 0.2, "RS": 0.2, "GE": 0.1, "AM": 0.1, "KG": 0.1, "UZ": 0.1, "BY": 0.2, "EG": 0.4,
    "CY": 0.1, "EE": 0.1, "LT": 0.2, "VE": 0.1, "IR": 0.2,
}  # fmt: skip
_DISTRIBUTION: Final = {
    "SG": 12, "HK": 12, "NL": 9, "DE": 9, "US": 14, "CN": 9, "JP": 6, "TW": 6, "AE": 5, "MY": 4, "GB": 4, "TR": 3, "KR": 3, "BE": 2,
    "IN": 2,
}  # fmt: skip
_CURRENCIES: Final = {
    "DE": "EUR", "NL": "EUR", "FR": "EUR", "IT": "EUR", "BE": "EUR", "IE": "EUR", "CN": "CNY", "JP": "JPY", "GB": "GBP", "CH": "CHF",
}  # fmt: skip
_PER_DOLLAR: Final = {"USD": 1.0, "EUR": 0.92, "CNY": 7.1, "JPY": 140.0, "GBP": 0.8, "CHF": 0.9}
_PORTS: Final = {
    "DE": "NL", "CH": "DE", "CZ": "DE", "CN": "HK", "US": "CA", "MY": "SG", "TH": "SG", "FR": "BE", "TW": "HK", "IE": "GB",
}  # fmt: skip
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MONTHS: Final = np.array([0.95, 0.85, 1.0, 0.97, 0.98, 1.0, 0.98, 0.97, 1.05, 1.08, 1.1, 1.07])


def ordinary_shipments(
    count: int = 100_000, seed: int = 0, since: date = date(2022, 1, 1), until: date = date(2024, 12, 31)
) -> pd.DataFrame:
    """Make up rows of ordinary trade.

    Parameters
    ----------
    count
        How many rows.
    seed
        The same seed gives the same rows.
    since, until
        First and last day.

    Returns
    -------
    pandas.DataFrame
        In the order of days, with the columns of the table form of shipments.

    Raises
    ------
    BadQuestion
        For a count below one or above twenty million, or days in the wrong order.

    Examples
    --------
    >>> ordinary_shipments(0)
    Traceback (most recent call last):
        ...
    policygraph.errors.BadQuestion: 0 rows cannot be made; ask for 1 to 20,000,000
    """
    if not 0 < count <= _MOST:
        raise BadQuestion(f"{count:,} rows cannot be made; ask for 1 to {_MOST:,}")
    if until < since:
        raise BadQuestion(f"the days end on {until}, before they begin on {since}; give the earlier one first")
    return _Trade(count, np.random.default_rng(seed), since, until).table(f"made-up ordinary trade, seed {seed}")


def _drawn(rng: np.random.Generator, weights: Mapping[str, float], size: int) -> Words:
    chances = np.array(list(weights.values()), dtype=np.float64)
    return np.array(list(weights), dtype=object)[rng.choice(len(chances), size=size, p=chances / chances.sum())]


class _Trade:
    """Firms, products and who sells what to whom; firms are numbered makers first, then distributors, then customers."""

    def __init__(self, count: int, rng: np.random.Generator, since: date, until: date) -> None:
        self.count, self.rng = count, rng
        self.first, self.days = since.toordinal(), (until - since).days + 1
        self.products = max(12, count // 60)
        self.makers, self.distributors, self.customers = max(6, self.products // 3), max(9, count // 350), max(30, count // 35)
        shares = np.array([sector.share for sector in _SECTORS])
        sector_of_maker = rng.choice(len(_SECTORS), size=self.makers, p=shares / shares.sum())
        self.maker = rng.integers(0, self.makers, size=self.products)
        self.sector: Numbers = sector_of_maker[self.maker]
        made = np.array([_drawn(rng, _SECTORS[number].makers, 1)[0] for number in sector_of_maker], dtype=object)
        self.country: Words = np.concatenate(
            [made, _drawn(rng, _DISTRIBUTION, self.distributors), _drawn(rng, _IMPORTS, self.customers)]
        )  # fmt: skip
        self.price: Floats = np.array([one.price for one in _SECTORS])[self.sector] * rng.lognormal(0.0, 0.6, self.products)
        self.lot: Floats = np.array([one.quantity for one in _SECTORS])[self.sector] * rng.lognormal(0.0, 0.7, self.products)

    def _distributors_of(self, size: int) -> Numbers:
        """Draw distributors: the first of them have far more trade than the last."""
        ranks = np.arange(1, self.distributors + 1, dtype=np.float64)
        chances = ranks**-0.8
        return self.makers + self.rng.choice(self.distributors, size=size, p=chances / chances.sum())

    def _customers_of(self, firms: Numbers) -> Numbers:
        """Draw a customer for each firm, from the dozen that are its own; one more try where it sits in the same country."""
        base = self.makers + self.distributors
        own = (firms * 7919) % self.customers

        def draw() -> Numbers:
            return base + (own + self.rng.integers(0, 12, size=firms.size) * 31) % self.customers

        found = draw()
        home = self.country[found] == self.country[firms]
        return np.where(home, draw(), found)

    def _links(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Give product, seller, buyer and stage of each link: from the maker (0), a distributor (1), a second distributor (2)."""
        rng = self.rng
        products = np.arange(self.products, dtype=np.int64)

        def several(of: Numbers, mean: float, least: int) -> Numbers:
            return np.repeat(np.arange(of.size), least + rng.poisson(mean, of.size))

        to_first = products[several(products, 0.8, 1)]
        first = self._distributors_of(to_first.size)
        direct = products[several(products, 1.5, 0)]
        on = several(first, 1.6, 1)
        to_second = np.flatnonzero(rng.random(first.size) < 1 / 7)
        second = self._distributors_of(to_second.size)
        last = several(second, 1.0, 1)
        parts = [
            (to_first, self.maker[to_first], first, 0),
            (direct, self.maker[direct], self._customers_of(self.maker[direct]), 0),
            (to_first[on], first[on], self._customers_of(first[on]), 1),
            (to_first[to_second], first[to_second], second, 1),
            (to_first[to_second][last], second[last], self._customers_of(second[last]), 2),
        ]  # fmt: skip
        product = np.concatenate([part[0] for part in parts])
        seller, buyer = np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts])
        stage = np.concatenate([np.full(part[0].size, part[3], dtype=np.int64) for part in parts])
        keep = seller != buyer
        home = self.country[seller] == self.country[buyer]
        keep &= ~home | (rng.random(home.size) < 0.3)
        return product[keep], seller[keep], buyer[keep], stage[keep]

    def _dates(self, begin: Floats, length: Floats) -> Numbers:
        """Draw days within the part of the time in which each pair trades, more in some months than in others."""
        day = np.zeros(begin.size, dtype=np.int64)
        open_ = np.arange(begin.size)
        for _ in range(4):
            along = (begin[open_] + length[open_] * self.rng.random(open_.size)) * self.days
            day[open_] = self.first + np.minimum(along.astype(np.int64), self.days - 1)
            month = _calendar(day[open_]).astype("datetime64[M]").astype(np.int64) % 12
            open_ = open_[self.rng.random(open_.size) * _MONTHS.max() >= _MONTHS[month]]
        return self._on_weekdays(day)

    def _on_weekdays(self, day: Numbers) -> Numbers:
        """Move Saturdays and Sundays into the week that follows, or before the last day where none does."""
        moved = np.where((day - 1) % 7 >= 5, day + 7 - (day - 1) % 7 + self.rng.integers(0, 5, day.size), day)
        last = self.first + self.days - 1
        return np.where(moved > last, np.maximum(last - (last - 1) % 7 - 3, self.first), moved)

    def table(self, source: str) -> pd.DataFrame:
        """Make the rows."""
        import pandas as pd

        rng = self.rng
        product, seller, buyer, stage = self._links()
        weights = rng.lognormal(0.0, 1.1, product.size)
        begin = rng.random(product.size) * 1.5 - 0.6
        end = np.minimum(1.0, np.maximum(begin + 0.2 + rng.random(product.size), 0.1))
        begin = np.clip(begin, 0.0, end - 0.05)
        weights *= end - begin
        link = np.repeat(np.arange(product.size), rng.multinomial(self.count, weights / weights.sum()))
        day = self._dates(begin[link], (end - begin)[link])
        item, from_, to, step = product[link], seller[link], buyer[link], stage[link]
        quantity = self.lot[item] * rng.lognormal(0.0, 0.5, self.count) / (1.0 + step)
        day, quantity = self._stocked(item, from_, to, step, day, quantity)
        quantity = np.maximum(1.0, np.round(quantity))
        origin, destination = self.country[from_], self.country[to]
        currency = self._now_and_then(0.5, _mapped(_CURRENCIES, origin, "USD"), "USD")
        value = quantity * self.price[item] * rng.lognormal(0.0, 0.12, self.count) * 1.08**step
        value = np.maximum(np.round(value * _mapped(_PER_DOLLAR, currency, 1.0).astype(np.float64), 2), 0.01)
        firms = _numbered("Made-up firm", self.makers + self.distributors + self.customers)
        forwarders = _numbered("Made-up forwarder", 40)[(rng.random(self.count) ** 2 * 40).astype(np.int64)]
        third = firms[rng.integers(0, firms.size, self.count)]
        ports = _mapped(_PORTS, origin, None)
        columns: dict[str, Any] = {
            "item": _numbered("made-up product", self.products)[item],
            "hs": np.array([one.hs for one in _SECTORS], dtype=object)[self.sector[item]],
            "eccn": np.array([one.eccn for one in _SECTORS], dtype=object)[self.sector[item]],
            "quantity": quantity,
            "unit": np.array([one.unit for one in _SECTORS], dtype=object)[self.sector[item]],
            "value": value,
            "currency": currency,
            "shipper": firms[from_],
            "consignee": firms[to],
            "forwarder": self._now_and_then(0.6, forwarders, None),
            "payer": self._now_and_then(0.3, self._now_and_then(5 / 6, firms[to], third), None),
            "origin": origin,
            "loading": self._now_and_then(1 / 12, np.where(ports == None, origin, ports), origin),  # noqa: E711
            "destination": destination,
            "end_user": self._now_and_then(0.5, firms[to], None),
            "made_in": self.country[self.maker[item]],
            "source": source,
        }  # fmt: skip
        frame = pd.DataFrame({"date": pd.to_datetime(_calendar(day)), **columns}).sort_values("date", kind="stable", ignore_index=True)
        frame.insert(0, "id", [f"o-{number:07d}" for number in range(1, self.count + 1)])
        return frame[list(NAMES)]

    def _stocked(self, item: Numbers, from_: Numbers, to: Numbers, step: Numbers, day: Numbers, quantity: Floats) -> tuple[Numbers, Floats]:
        """Let distributors sell only what they got, after they got it: nine tenths of it in all."""
        firms = self.makers + self.distributors + self.customers
        held, sold = item * firms + to, item * firms + from_
        for stage in (1, 2):
            out = np.flatnonzero(step == stage)
            into = np.flatnonzero((step == stage - 1) & np.isin(held, sold[out]))
            known, place = np.unique(held[into], return_inverse=True)
            got = np.bincount(place, weights=quantity[into], minlength=known.size)
            first = np.full(known.size, np.iinfo(np.int64).max)
            np.minimum.at(first, place, day[into])
            where = np.searchsorted(known, sold[out]).clip(max=max(known.size - 1, 0))
            has = known[where] == sold[out] if known.size else np.zeros(out.size, dtype=bool)
            out, where = out[has], where[has]
            given = np.bincount(where, weights=quantity[out], minlength=known.size)
            quantity[out] *= np.minimum(3.0, 0.9 * got[where] / np.maximum(given[where], 1e-9))
            sale = np.maximum(day[out], first[where] + self.rng.integers(3, 46, out.size))
            left = self.first + self.days - first[where]
            late = first[where] + (self.rng.random(out.size) * left).astype(np.int64)
            day[out] = self._on_weekdays(np.where(sale >= self.first + self.days, late, sale))
        return day, quantity

    def _now_and_then(self, share: float, words: Words, otherwise: Any) -> Words:
        """Take the words in a share of the rows, and the others elsewhere."""
        return np.where(self.rng.random(self.count) < share, words, otherwise)


def _numbered(name: str, count: int) -> Words:
    return np.array([f"{name} {number:06d}" for number in range(count)], dtype=object)


def _mapped(words: Mapping[str, Any], codes: Words, otherwise: Any) -> Words:
    """Return what each code maps to."""
    known, place = np.unique(codes.astype(str), return_inverse=True)
    return np.array([words.get(str(code), otherwise) for code in known], dtype=object)[place]


def _calendar(day: Numbers) -> npt.NDArray[np.datetime64]:
    return (day - _EPOCH).astype("datetime64[D]")
