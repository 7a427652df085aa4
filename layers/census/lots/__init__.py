"""Lots: what a campaign is to visit, cut into lots, given to teams, followed to the end."""
