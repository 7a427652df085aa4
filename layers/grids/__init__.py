"""Service grids: where each begins and ends, what it holds, how the city is best divided."""
