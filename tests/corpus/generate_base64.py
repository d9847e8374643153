#!/usr/bin/python3
"""Writes tests/corpus/base64: texts of each alphabet and length, and one for each way of being no such text."""
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "base64"
TEXTS = {
    "empty": "", "three_bytes": "AQID", "two_bytes": "AQI=", "one_byte": "AQ==", "both_signs": "+/+/", "both_url_signs": "-_-_",
    "two_bytes_unpadded": "AQI", "one_byte_unpadded": "AQ", "impossible_length": "AQIDA", "three_equals": "A===",
    "padding_inside": "AQ==AQID", "unused_bits_of_one": "AR==", "unused_bits_of_two": "AQJ=", "unused_bits_unpadded": "AR",
    "space": "AQ D", "line_end": "AQID\n", "not_ascii": "AQ\u00fcD", "mixed_alphabets": "+-/_",
    "hex": "00ff7f80", "hex_upper": "00FF", "hex_odd": "00f", "hex_other": "0g", "long": "Zm9vYmFy" * 40,
}

FOLDER.mkdir(exist_ok=True)
for name, text in TEXTS.items():
    (FOLDER / name).write_bytes(text.encode("latin-1"))
