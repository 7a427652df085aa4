"""Exchange: foreign files into the register and the register into files."""
