#!/usr/bin/python3
"""Writes tests/corpus/courier_message: one file for each message that PROTOCOL.md section 10 knows, and for each way of
breaking one. The first byte is the fuzz target's own (q request, r reply)."""
import os
import struct

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "courier_message")
HASH32 = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
HEAD = "countersign courier v1\n"


def put(name, kind, text, framed=True):
    body = text.encode("utf-8", "surrogateescape")
    if framed:
        body = struct.pack(">I", len(body)) + body
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(kind + body)


def request(task="record", user="alice", etag="none", deadline="2000ms", rest=""):
    return f"{HEAD}do: {task}\nuser: {user}\netag: {etag}\ndeadline: {deadline}\n\n{rest}"


def reply(status="ok", reason="none", detail="none", rest=""):
    return f"{HEAD}status: {status}\nreason: {reason}\ndetail: {detail}\n\n{rest}"


os.makedirs(FOLDER, exist_ok=True)
put("request_record", b"q", request(etag=HASH32))
put("request_challenge", b"q", request("challenge", rest="countersign challenge v1\nnonce: x\n"))
put("request_wrong_number", b"q", request("wrong-number", rest="countersign challenge v1\nnonce: x\n"))
put("request_bad_task", b"q", request("everything"))
put("request_bad_user", b"q", request(user="-alice"))
put("request_bad_etag", b"q", request(etag=HASH32[:-1] + "V"))
put("request_bad_deadline", b"q", request(deadline="2s"))
put("request_long_deadline", b"q", request(deadline="120001ms"))
put("request_odd_deadline", b"q", request(deadline="12x4ms"))
put("request_record_with_rest", b"q", request(rest="x"))
put("request_head", b"q", request().replace("v1", "v2"))
put("request_line_for_empty_line", b"q", request().replace("ms\n\n", "ms\nx: y\n"))
put("request_unframed", b"q", request(), framed=False)
put("reply_ok", b"r", reply(rest="countersign record v1\nuser: alice\n"))
put("reply_unchanged", b"r", reply("unchanged"))
put("reply_unknown", b"r", reply("unknown", "record_unknown", "HTTP 404"))
put("reply_ended", b"r", reply("ended", "challenge_replaced"))
put("reply_failed", b"r", reply("failed", "registry_unreachable", "connection refused"))
put("reply_ok_without_statements", b"r", reply())
put("reply_ended_badly", b"r", reply("ended", "internal"))
put("reply_bad_status", b"r", reply("good"))
put("reply_bad_reason", b"r", reply("failed", "no_publickey"))
put("reply_bad_detail", b"r", reply("failed", "internal", "\x1b[2J"))
put("reply_not_utf8", b"r", reply("failed", "internal", "\udcff"))
put("reply_head", b"r", "HTTP/1.1 200 OK\n\n")
put("reply_line_for_empty_line", b"r", reply("unchanged").replace("none\n\n", "none\nx: y\n"))
put("reply_unframed", b"r", reply("unchanged"), framed=False)
put("reply_long_frame", b"r\xff\xff\xff\xff", "", framed=False)
put("reply_two", b"r", reply("unchanged") + reply("unchanged"))
