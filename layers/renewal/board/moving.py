"""Moving a card on the board: which milestones must be dated for it, and why it may not be."""

from __future__ import annotations

from dataclasses import dataclass

from layers.renewal.board.board import OPEN, PHASES, Card, Step
from layers.text import Message


@dataclass(frozen=True)
class Move:
    """What a move asks for: steps to be dated, in order. ``refusal`` says why it cannot be, ``doubts`` what to think
    of first. Nothing at all: the card is there already."""

    steps: tuple[Step, ...] = ()
    refusal: Message | None = None
    hint: Message | None = None
    doubts: tuple[Message, ...] = ()
    completes: bool = False


def plan_move(card: Card, phase: str) -> Move:
    """What it takes to bring ``card`` into the column ``phase``."""
    if card.state != OPEN:
        return _refused(f"renewal_desk.move.{card.state}", "renewal_desk.move.state_hint", card)
    here, there = PHASES.index(card.phase), PHASES.index(phase)
    if there == here:
        return Move()
    if there < here:
        return _refused("renewal_desk.move.back", "renewal_desk.move.back_hint", card)
    if phase not in card.phases:
        return _refused("renewal_desk.move.no_stage", "renewal_desk.move.no_stage_hint", card)
    missing = [
        step
        for step, its in zip(card.steps, card.phases, strict=True)
        if PHASES.index(its) < there and step.actual is None and not step.stage.optional
    ]
    if not missing:
        # The column is that of the furthest stage: what was left out before it is not asked for again.
        missing = [step for step in card.steps[card.at :] if step.actual is None and not step.stage.optional][
            :1
        ]
    doubts = []
    if any(step.stage.means == "laying" for step in missing) and card.laid < card.planned:
        values = {"laid": f"{card.laid:,.0f}", "planned": f"{card.planned:,.0f}"}
        doubts.append(Message("renewal_desk.move.not_laid", values))
    completes = bool(card.pipes) and any(
        step.stage.means in ("in_service", "old_retired") for step in missing
    )
    if completes:
        doubts.append(Message("renewal_desk.move.completes"))
    return Move(tuple(missing), doubts=tuple(doubts), completes=completes)


def _refused(title: str, hint: str, card: Card) -> Move:
    return Move(refusal=Message(title, {"project": card.name}), hint=Message(hint))
