"""Who looks after which grid: roster, calendar and balance on the screen; cards and maps on paper."""
