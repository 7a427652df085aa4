"""Documents for those who do not sit at the program: statements in Excel and Word, and shared web maps."""
