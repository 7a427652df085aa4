"""Random streams: every part of the city has its own, so that a part added later changes none before it."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, part: str) -> np.random.Generator:
    """The random numbers of one part of the city of ``seed``; the same on every run."""
    key = int.from_bytes(hashlib.sha256(part.encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))
