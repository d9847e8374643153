"""check_exports.py MODULE EXPORTS_MAP: the module defines for others exactly what its version script lists."""

import re
import subprocess
import sys

module, version_script = sys.argv[1:]
with open(version_script, encoding="utf-8") as file:
    wanted = set(re.findall(r"\b(pam_sm_\w+);", file.read()))
symbols = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True).stdout
found = {line.split()[-1] for line in symbols.splitlines()}
if found != wanted or not wanted:
    sys.exit(f"{module}: exported but not listed: {sorted(found - wanted)}; listed but missing: {sorted(wanted - found)}")
