"""The report of a census as tables, the same for Word, Excel and PDF; and the plates of assets."""
