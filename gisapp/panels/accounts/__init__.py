"""Key accounts under the map: their contacts, visits, problems and rates."""
