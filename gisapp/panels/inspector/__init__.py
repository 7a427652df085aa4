"""The inspector: what is selected, one asset or many."""
