"""Shipments: one table form for records of trade, read from files in any of theirs.

Comes in: CSV, Parquet, Arrow or Feather files, a directory of them, or rows. Goes out: :class:`~policygraph.shipments.table.Shipments`,
whose accepted rows are an Ibis expression on the backend that read them, and whose rejected rows are kept with file, row and reasons.
Nothing here is loaded with the package; it needs the extra ``ship``.
"""
