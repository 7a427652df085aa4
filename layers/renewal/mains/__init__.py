"""The mains of a project: which it lays and retires, how long they are, what they cost, what hangs on them."""
