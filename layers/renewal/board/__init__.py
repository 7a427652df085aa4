"""The board of the renewal desk: cards, their phases, and what moving one asks for."""
