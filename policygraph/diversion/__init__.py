"""Diversion: trails of shipments, and what they show."""
