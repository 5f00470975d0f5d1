"""What is measured; each module prints the seconds that it took."""
