"""The table drawer under the map."""
