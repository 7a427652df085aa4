"""The scene of a past day: the network as it lay in the ground by its dates, or as the book stood by the trail."""
