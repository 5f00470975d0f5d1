"""Send tasks that create ships. Argument: their number."""

import sys

from qapla_sample.tasks.ships import create_ship

if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        create_ship.delay(str(number))
