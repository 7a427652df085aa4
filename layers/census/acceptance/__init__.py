"""What of the field goes into the book: findings, the same asset found twice, what may not go in, acceptance."""
