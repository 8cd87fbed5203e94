"""Ownership: what shares are known of, who is caught by a threshold, and which unknown share decides.

:func:`captured` answers on arrays of any size; a :class:`Cascade` answers on a view, with the owners that count and the gaps;
:func:`affiliates` tells who stands above a party and whom it catches below. Which lists make a party restricted, and from which share
on, is said by whoever asks.
"""

from policygraph.ownership.affiliates import Affiliates, Child, affiliates
from policygraph.ownership.capture import By, Capture, Cascade, Owner, Test, key_of
from policygraph.ownership.cascade import captured
from policygraph.ownership.shares import NOTHING_KNOWN, WHOLE, Share, Stake, parts_per_million, share_of, stakes_in

__all__ = [
    "NOTHING_KNOWN", "WHOLE", "Affiliates", "By", "Capture", "Cascade", "Child", "Owner", "Share", "Stake", "Test", "affiliates",
    "captured", "key_of", "parts_per_million", "share_of", "stakes_in",
]  # fmt: skip
