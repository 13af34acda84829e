"""Cannot be imported: it ends the process that tries."""

import os

os._exit(3)
