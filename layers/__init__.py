"""The library of the water-network register: model, store, exchange. It never imports Qt."""
