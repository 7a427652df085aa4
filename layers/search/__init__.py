"""Finding things by what people type: codes, numbers, names, initials of their pinyin, coordinates."""
