"""The checks of a register: rules as data, findings as arrays."""
