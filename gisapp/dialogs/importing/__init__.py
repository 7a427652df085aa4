"""The import screen: mapping, problems and what is kept out, in one view, before anything is written."""
