"""The yearly statement and that of any period: figures that open, tables that add up, copies that stay."""
