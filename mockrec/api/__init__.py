"""HTTP in: the emulated service and the control plane beside it."""
