#!/usr/bin/python3
"""Draws the page's icons: phone/icon.svg, and the PNG files that manifests, home screens and notifications ask for.

Two ticks, one behind the other: the first signature and the countersign. Nothing but the standard library; run it after
a change of the shape below and commit what it writes.
"""
import math
import os
import struct
import zlib

INK, PAPER = (0x0F, 0x4C, 0x5C), (0xFF, 0xFF, 0xFF)
TICKS = (((0.19, 0.53), (0.34, 0.68), (0.64, 0.34)), ((0.49, 0.63), (0.54, 0.68), (0.84, 0.34)))
STROKE, RADIUS = 0.085, 0.22

FILES = {  # name -> (size, corners, scale of the ticks, without background)
    "icon-192.png": (192, True, 1.0, False),
    "icon-512.png": (512, True, 1.0, False),
    "icon-maskable.png": (512, False, 0.72, False),
    "icon-touch.png": (180, False, 0.9, False),
    "badge.png": (96, False, 1.1, True),
}


def distance(x, y, start, end):
    """From a point to the line between two others."""
    (ax, ay), (bx, by) = start, end
    dx, dy = bx - ax, by - ay
    along = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - ax - along * dx, y - ay - along * dy)


def to_ticks(x, y, scale):
    """How far outside the ticks a point lies; negative inside."""
    x, y = (x - 0.515) / scale + 0.515, (y - 0.51) / scale + 0.51
    return scale * (min(distance(x, y, *line) for a, b, c in TICKS for line in ((a, b), (b, c))) - STROKE / 2)


def to_square(x, y):
    return math.hypot(max(RADIUS - x, x - 1 + RADIUS, 0), max(RADIUS - y, y - 1 + RADIUS, 0)) - RADIUS


def pixel(column, row, size, corners, scale, bare):
    x, y = (column + 0.5) / size, (row + 0.5) / size
    covered = lambda far: max(0.0, min(1.0, 0.5 - far * size))  # half a pixel inside or outside: smooth edges
    part = covered(to_ticks(x, y, scale))
    if bare:
        return (*PAPER, round(255 * part))
    colour = tuple(round(a + (b - a) * part) for a, b in zip(INK, PAPER))
    return (*colour, round(255 * covered(to_square(x, y))) if corners else 255)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(size, *how):
    rows = b"".join(b"\0" + b"".join(bytes(pixel(column, row, size, *how)) for column in range(size)) for row in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def svg():
    lines = " ".join("M" + " L".join(f"{100 * x:g} {100 * y:g}" for x, y in tick) for tick in TICKS)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">\n'
            f'  <rect width="100" height="100" rx="{100 * RADIUS:g}" fill="#{bytes(INK).hex()}"/>\n'
            f'  <path d="{lines}" fill="none" stroke="#{bytes(PAPER).hex()}" stroke-width="{100 * STROKE:g}" '
            f'stroke-linecap="round" stroke-linejoin="round"/>\n</svg>\n')


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "phone")
    with open(os.path.join(folder, "icon.svg"), "w", encoding="ascii") as file:
        file.write(svg())
    for name, how in FILES.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(png(*how))


if __name__ == "__main__":
    main()
