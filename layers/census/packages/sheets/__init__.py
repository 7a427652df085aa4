"""Record sheets: packages for teams with nothing but a spreadsheet, written and read back."""
