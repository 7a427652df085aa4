"""What the desk keeps an eye on: one row for every grid, alarms, cover, key accounts, the changes to come."""
