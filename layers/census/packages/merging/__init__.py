"""Value by value: what a file changed, merged three ways, what is disputed, and what follows for records."""
