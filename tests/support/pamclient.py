"""Drives a PAM stack through the real libpam, as sshd would, with a conversation that can misbehave.

    pamclient.py SERVICE USER [--rhost HOST] [--env NAME=VALUE]… [--answer error|null|TEXT]… [--session]

Prints what the module shows and asks, one JSON value a line, each with the seconds since the phase began, then
{"result": "PAM_SUCCESS", "prompts": N}. Answers are
given in their order, the last one again and again. With --session, the session phase follows a successful auth phase on
the same handle; with --session-only, it comes alone. --again USER puts an auth phase of another user between the two,
whose result this application ignores.
"""

import argparse
import ctypes
import ctypes.util
import json
import time

PAM_SUCCESS, PAM_CONV_ERR = 0, 19
PAM_USER, PAM_RHOST = 2, 4
PROMPTS = (1, 2)  # ECHO_OFF, ECHO_ON
NAMES = {0: "PAM_SUCCESS", 6: "PAM_PERM_DENIED", 7: "PAM_AUTH_ERR", 8: "PAM_CRED_INSUFFICIENT", 10: "PAM_USER_UNKNOWN",
         11: "PAM_MAXTRIES", 14: "PAM_SESSION_ERR", 19: "PAM_CONV_ERR", 25: "PAM_IGNORE"}


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


Converse = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(Message)),
                            ctypes.POINTER(ctypes.POINTER(Response)), ctypes.c_void_p)


class Conversation(ctypes.Structure):
    _fields_ = [("function", Converse), ("data", ctypes.c_void_p)]


libpam = ctypes.CDLL(ctypes.util.find_library("pam"))
libc = ctypes.CDLL(None)
libc.calloc.restype = ctypes.c_void_p
libc.strdup.restype = ctypes.c_void_p


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("user")
    parser.add_argument("--rhost")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--answer", action="append", default=[])
    parser.add_argument("--session", action="store_true")
    parser.add_argument("--session-only", action="store_true")
    parser.add_argument("--again")
    options = parser.parse_args()
    prompts = []

    def converse(count, messages, responses, _):
        array = ctypes.cast(libc.calloc(count, ctypes.sizeof(Response)), ctypes.POINTER(Response))
        for index in range(count):
            message = messages[index].contents
            asked = message.style in PROMPTS
            after = round(time.monotonic() - started, 3)
            print(json.dumps({"asked" if asked else "shown": message.text.decode(), "after": after}), flush=True)
            if not asked:
                continue
            answer = (options.answer or [""])[min(len(prompts), max(len(options.answer) - 1, 0))]
            prompts.append(message.text)
            if answer == "error":
                return PAM_CONV_ERR
            if answer != "null":
                array[index].text = libc.strdup(answer.encode())
        responses[0] = array
        return PAM_SUCCESS

    conversation = Conversation(Converse(converse), None)
    handle = ctypes.c_void_p()
    result = libpam.pam_start(options.service.encode(), options.user.encode(), ctypes.byref(conversation),
                              ctypes.byref(handle))
    assert result == PAM_SUCCESS, result
    if options.rhost:
        libpam.pam_set_item(handle, PAM_RHOST, options.rhost.encode())
    for variable in options.env:
        libpam.pam_putenv(handle, variable.encode())
    started = time.monotonic()
    if not options.session_only:
        result = libpam.pam_authenticate(handle, 0)
    if result == PAM_SUCCESS and options.again:
        libpam.pam_set_item(handle, PAM_USER, options.again.encode())
        libpam.pam_authenticate(handle, 0)
    if result == PAM_SUCCESS and (options.session or options.session_only):
        result = libpam.pam_open_session(handle, 0)
    print(json.dumps({"result": NAMES.get(result, str(result)), "prompts": len(prompts)}), flush=True)
    libpam.pam_end(handle, result)


main()
