"""Operations: ask databases and brokers. This room knows neither the web nor the terminal."""
