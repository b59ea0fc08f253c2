"""From domain values to the bytes that leave the house; pure."""
