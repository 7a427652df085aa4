"""Who looks after which grid, for print: notice cards, the book of maps, the roster, the web map."""
