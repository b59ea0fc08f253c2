"""What recordings are cut from: pictures and a tone, encoded once into ``footage.bin``."""
