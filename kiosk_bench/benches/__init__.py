"""The benches that stories are played on: simulators, an emulated image, a rig."""
