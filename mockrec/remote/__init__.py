"""A served world in a test's hands: the control plane's calls, in Python."""
