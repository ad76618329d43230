"""What all tests need before PyTorch is imported."""

import faulthandler
import os

# Operations of a small network are short: threads would wait for each other, on a busy machine a time slice each time.
os.environ["OMP_NUM_THREADS"] = "1"
# The kernel that draws on a device then runs on a CPU, interpreted.
os.environ["TRITON_INTERPRET"] = "1"
# Seconds after which all tests are ended, saying where they were.
faulthandler.dump_traceback_later(900, exit=True)
