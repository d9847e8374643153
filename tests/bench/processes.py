#!/usr/bin/python3
"""What the key helper costs beside the bare thing, as ratios of process run times.

  start     the helper's --version: what loading libcrypto costs          beside `cat` of the lines it would print
  cached    a look-up of a fresh record, verified                          beside `cat` of the lines it prints
  floor     the same                                                       beside bench_floor, which loads libcrypto,
                                                                           verifies one signature, and ends
  asked     a look-up that the registry confirms with 304                  beside `curl` of the same URL and ETag
  fetched   a look-up of a record that is new, verified, stored and synced beside `curl` of the same URL

usage: processes.py BUILD [ROUNDS]      (as root; BUILD is build/release)

Each pair is started in turn, interleaved, in one process that does nothing else, after a warm-up; times are from just
before posix_spawn to the end of the child, its output going to /dev/null. The registry is `openssl s_server` with the
answer in a file, so that its own work hides nothing; every run is one connection and one full handshake. Printed are the
least and the median of each, and both ratios; on a machine with other work the least times are the ones to compare.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

RUNNER = """
import json, os, sys, time
pairs, rounds = json.loads(sys.argv[1]), int(sys.argv[2])
null = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
def once(argv):
    start = time.perf_counter_ns()
    pid = os.posix_spawn(argv[0], argv, {}, file_actions=null)
    status = os.waitpid(pid, 0)[1]
    took = time.perf_counter_ns() - start
    if status != 0:
        sys.exit(f"{argv} ended with {status}")
    return took
times = {name: [[], []] for name in pairs}
for name, pair in pairs.items():
    for number in range(rounds + 5):
        for index in (0, 1) if number % 2 else (1, 0):
            took = once(pair[index])
            if number >= 5:
                times[name][index].append(took)
print(json.dumps(times))
"""


def serve(authority, port, folder, answer):
    """`openssl s_server` that gives this answer to GET /v1/records/alice."""
    os.makedirs(f"{folder}/v1/records")
    with open(f"{folder}/v1/records/alice", "w", encoding="utf-8", newline="") as file:
        file.write(answer)
    server = subprocess.Popen(["openssl", "s_server", "-quiet", "-HTTP", "-accept", str(port), "-cert", authority.certificate,
                               "-key", authority.key], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    return server


def main(build, rounds):
    import statements
    from scripted_registry import Authority, etag
    from testhost import TestHost, free_port

    with tempfile.TemporaryDirectory() as folder, TestHost() as host:
        authority = Authority(folder)
        signer, login = host.make_key("signer"), host.make_key("login")
        for user in ("countersign", "alice"):
            host.add_user(user)
        host.mkdir("/etc/countersign")
        helper = host.install(f"{build}/bin/countersign-authorized-keys")
        courier = host.install(f"{build}/bin/countersign-courier")
        record = statements.record(signer, login_keys=[login])
        host.write("/etc/countersign/signers", statements.signers_line(signer, ["record", "approver"]))
        host.write("/etc/countersign/token", "csh_" + "A" * 43 + "\n", mode=0o640)
        os.chown(host.path("/etc/countersign/token"), 0, host.ids("countersign")[1])
        with open(authority.ca, encoding="utf-8") as file:
            host.write("/etc/countersign/ca.pem", file.read())

        head = f"ETag: {etag(record)}\r\nCountersign-Version: 1\r\n"
        answers = {"asked": f"HTTP/1.1 304 Not Modified\r\n{head}\r\n",
                   "fetched": f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(record)}\r\n\r\n{record}"}
        pairs, servers = {}, []
        for name, answer in {"cached": "", **answers}.items():
            cache, config, port = f"/var/cache/{name}", f"/etc/countersign/{name}.yaml", free_port()
            host.mkdir(f"{cache}/records", owner="countersign")
            os.chown(host.path(cache), *host.ids("countersign"))
            host.write(f"{cache}/records/{NAME}", record, owner="countersign")
            url = f"https://127.0.0.1:{port}"
            host.write(config, "host: {name: web-01}\nregistry:\n"
                       f"  url: {url}\n  token: /etc/countersign/token\n  ca: /etc/countersign/ca.pem\n")
            lookup = [helper, "--host", "web-01", "--cache", cache, "--config", config, "--courier", courier]
            if name == "cached":
                host.write("/run/lines", host.run([*lookup, "alice"], user="countersign").stdout)
                cat = ["/usr/bin/cat", "/run/lines"]
                cached = [*lookup, "--fresh", "10m", "alice"]
                floor = [host.install(f"{build}/bin/bench_floor")]
                pairs = {"start": [[helper, "--version"], cat], "cached": [cached, cat], "floor": [cached, floor]}
                continue
            servers.append(serve(authority, port, f"{folder}/{name}", answer))
            curl = ["/usr/bin/curl", "-sS", "--cacert", "/etc/countersign/ca.pem", "-H", "Authorization: Bearer csh_" + "A" * 43]
            if name == "asked":
                curl += ["-H", f"If-None-Match: {etag(record)}"]
            pairs[name] = [[*lookup, "--fresh", "0s", "alice"], [*curl, f"{url}/v1/records/alice"]]
        try:
            done = host.run(["/usr/bin/python3", "-c", RUNNER, json.dumps(pairs), str(rounds)], user="countersign",
                            timeout=600)
        finally:
            for server in servers:
                server.terminate()
                server.wait()
        wrong = [line for line in host.syslog.lines if "key_lookup" in line and "source=cache_confirmed" not in line
                 and "source=registry" not in line]
        if wrong:
            sys.exit(f"look-ups did not end as they should: {wrong[0]}")
    print(f"{'ms':9} {'helper: least':>14} {'median':>8} {'bare: least':>14} {'median':>8} {'ratio: least':>14} {'median':>8}")
    for name, (ours, bare) in json.loads(done.stdout).items():
        least, median = [min(times) / 1e6 for times in (ours, bare)], [statistics.median(times) / 1e6 for times in (ours, bare)]
        print(f"{name:9} {least[0]:14.2f} {median[0]:8.2f} {least[1]:14.2f} {median[1]:8.2f} {least[0] / least[1]:14.2f} "
              f"{median[0] / median[1]:8.2f}")


NAME = "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90"  # SHA-256 of "alice"

if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or os.geteuid() != 0:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 200)
