"""The past of a register for people: what an act did in their words, and bringing things back with a preview."""
