"""A short function for each thing a user can do, declared as actions."""
