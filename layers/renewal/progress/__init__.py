"""How projects stand: metres, percent, milestones, forecast, alarms, all computed."""
