"""Transshipment: chains of shipments, how much went which way, and what the statistics of two countries say of the same trade."""
