"""Law as data, and its readers."""
