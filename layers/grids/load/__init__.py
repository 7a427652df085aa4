"""What grids hold and how much work that is, by the measures and limits of the company."""
