"""What the centre carries, each figure beside the bare limit of this machine in the same run."""
