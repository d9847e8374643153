#!/usr/bin/python3
"""Writes the corpora http_target and http_request beside this file: one file a rule of the two parsers."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent

TARGETS = {
    "root": b"/",
    "record": b"/v1/records/alice",
    "record_encoded": b"/v1/records/DOM%5Calice%2Bx",
    "wait": b"/v1/challenges/0ukSdIhIgUK6BJsBEgnPYZ1JsYX3kQbA4WXA8gb0ybs/answer?wait=25",
    "two_pairs": b"/a?b=c&d=e%2Ff%20g",
    "all_path_characters": b"/-._~!$&'()*+,;=:@",
    "all_query_characters": b"/a?b=-._~!$'()*,;:@?",
    "absolute": b"http://h/a",
    "empty": b"",
    "empty_segment": b"/a//b",
    "dot": b"/a/./b",
    "dot_dot": b"/a/%2e%2e/b",
    "trailing_slash": b"/a/",
    "encoded_slash": b"/a%2fb",
    "encoded_nul": b"/a%00",
    "encoded_high": b"/%c3%a4",
    "half_escape": b"/a%4",
    "bad_escape": b"/a%g1",
    "space": b"/a b",
    "fragment": b"/a#b",
    "no_equals": b"/a?b",
    "no_name": b"/a?=b",
    "bad_name": b"/a?b%00=c",
    "bad_value": b"/a?b=%7f",
    "name_twice": b"/a?b=c&%62=d",
    "plus": b"/a?b=c+d",
    "many_segments": b"/a" * 17,
    "many_pairs": b"/a?" + b"&".join(b"k%d=v" % i for i in range(17)),
    "long": b"/" + b"a" * 2048,
}

REQUESTS = {
    "get": b"GET /v1/records/alice HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer csh_x\r\n\r\n",
    "head": b"HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
    "post": b"POST /v1/challenges HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
    "put": b"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
    "delete": b"DELETE /v1/challenges/x?reason=wrong_number HTTP/1.1\r\nHost: h\r\n\r\n",
    "http_1_0": b"GET / HTTP/1.0\r\n\r\n",
    "http_2": b"GET / HTTP/2.0\r\nHost: h\r\n\r\n",
    "close": b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    "two": b"GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n",
    "continue": b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
    "chunked": b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "length_and_chunked": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
    "two_lengths": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
    "long_body": b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999\r\n\r\n",
    "long_header": b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
    "long_target": b"GET /" + b"a" * 3000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    "no_host": b"GET / HTTP/1.1\r\n\r\n",
    "two_hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
    "bare_lf": b"GET / HTTP/1.1\nHost: h\n\n",
    "unknown_method": b"BREW / HTTP/1.1\r\nHost: h\r\n\r\n",
    "bad_target": b"GET /../x HTTP/1.1\r\nHost: h\r\n\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

for folder, inputs, prefix in (("http_target", TARGETS, b""), ("http_request", REQUESTS, b"\x06")):
    (HERE / folder).mkdir(exist_ok=True)
    for name, data in inputs.items():
        (HERE / folder / name).write_bytes(prefix + data)
