"""A QR code drawn in half blocks on a terminal, turned back into a picture and read by zbarimg."""

import re
import subprocess

SCALE = 6
MODULES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
COLOURED = re.compile("\x1b\\[38;5;16;48;5;231m([█▀▄ ]+)\x1b\\[0m")


def lines_of(output):
    """The lines of the drawing, and whether they are black on white (coloured) or light on dark (plain)."""
    lines = COLOURED.findall(output)
    if lines:
        return lines, True
    return [line for line in output.splitlines() if len(line) > 20 and set(line) <= set(MODULES)], False


def read(output, folder):
    """What the QR code in `output` says; AssertionError where no scanner would find one."""
    lines, dark_is_block = lines_of(output)
    assert lines, "no QR code there:\n" + output
    assert len(lines) <= 21 and len(set(map(len, lines))) == 1 and len(lines[0]) <= 41, lines
    rows = []
    for line in lines:
        for half in (0, 1):
            rows.append([MODULES[char][half] == dark_is_block for char in line])
    if not dark_is_block and len(lines[0]) % 2:
        rows.pop()  # below an odd last row the terminal's own background goes on
    picture = f"{folder}/code.pgm"
    with open(picture, "wb") as file:
        file.write(b"P5 %d %d 255\n" % (len(rows[0]) * SCALE, len(rows) * SCALE))
        for row in rows:
            file.write(b"".join((b"\x00" if dark else b"\xff") * SCALE for dark in row) * SCALE)
    done = subprocess.run(["zbarimg", "-q", "--raw", picture], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    return done.stdout.rstrip("\n")
