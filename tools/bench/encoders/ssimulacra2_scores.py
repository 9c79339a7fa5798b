"""Reads a reference and pictures as JSON, prints their SSIMULACRA2 scores: one import for all of them."""

import json
import sys

from ssimulacra2 import compute_ssimulacra2

task = json.loads(sys.argv[1])
print(json.dumps([float(compute_ssimulacra2(task["reference"], one)) for one in task["pictures"]]))
