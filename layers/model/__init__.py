"""What the register holds, without saying where: catalogue, fields, assets, changes, queries."""
