"""Completion of a project in one act: as-built into the network, households to their own meters."""
