"""The renewal desk: board, timeline, list, funnel and the page of one project."""
