"""Cannot be imported, and ends whoever tries."""

import os

os._exit(3)
