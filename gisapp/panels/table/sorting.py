"""What a click on the name of a column does to the order of rows."""

from __future__ import annotations

from layers.model.query import Order


def clicked(sorts: tuple[Order, ...], name: str, *, further: bool) -> tuple[Order, ...]:
    """By that column; again turns it over, a third time leaves it. ``further``: the other columns stay."""
    before = next((order for order in sorts if order.field == name), None)
    if before is None:
        order: tuple[Order, ...] = (Order(name),)
    else:
        order = () if before.descending else (Order(name, descending=True),)
    if not further:
        return order
    place = next((n for n, each in enumerate(sorts) if each.field == name), len(sorts))
    return (*sorts[:place], *order, *sorts[place + 1 :])
