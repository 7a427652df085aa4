"""The check centre: what the rules have against the register, and what can be done about it."""
