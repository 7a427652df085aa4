"""The nominal sizes (DN) that pipes and fittings are made in."""

NOMINAL_MM = (
    6, 8, 10, 15, 20, 25, 32, 40, 50, 65, 80, 100, 125, 150, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900,
    1000, 1100, 1200, 1400, 1500, 1600, 1800, 2000, 2200, 2400, 2600, 2800, 3000, 3200, 3400, 3600, 3800, 4000,
)  # fmt: skip
"""Nominal sizes of GB/T 1047 (and ISO 6708), millimetres."""
