"""What a cloud recording is and how it unfolds: pure values, no clock, no chance, no I/O."""
