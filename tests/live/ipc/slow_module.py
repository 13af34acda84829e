"""Takes ten minutes to import."""

import time

time.sleep(600)
