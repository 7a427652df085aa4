"""What follows from the network: connectivity and findings. Pure: arrays in, arrays out."""
