"""The table of a register: columns of a type in memory, in order, filtered, summed, edited and pasted into."""
