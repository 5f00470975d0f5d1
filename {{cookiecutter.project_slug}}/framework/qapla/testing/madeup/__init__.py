"""Made-up rows, by polyfactory."""
