#!/usr/bin/python3
"""Fails when an ELF file needs a shared library that is not listed: check_needed.py FILE PATTERN…"""
import fnmatch
import re
import subprocess
import sys

program, *allowed = sys.argv[1:]
dynamic = subprocess.run(["readelf", "--wide", "--dynamic", program], check=True, capture_output=True, text=True).stdout
needed = re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)
others = [name for name in needed if not any(fnmatch.fnmatch(name, pattern) for pattern in allowed)]
print("needs " + ", ".join(needed))
if not needed or others:
    sys.exit("not allowed: " + (", ".join(others) or "a static program"))
