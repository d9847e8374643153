// A whole login from eight strings: user, service, SSH_CONNECTION, SSH_AUTH_INFO_0, the typed line, the cached record,
// the courier's status and what it brings. Nonce, number and clock are fixed, so the corpus holds logins that succeed.
// A ninth string is a trust that the host has kept, on a host that lets approvers trust ("-" for none). A byte behind
// it names a host with rules, and with its high bit the session phase.
#include <security/pam_modules.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "common/encoding/wire.h"
#include "common/log/sink.h"
#include "pam/login.h"
#include "tests/fuzz/require.h"
#include "tests/support/pam_fakes.h"

using namespace countersign;

namespace {
// tests/vectors/test_keys/registry.pub
constexpr std::string_view kSigners =
    "* namespaces=\"record.v1@countersign,approver.v1@countersign\" ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIGruPrtjsUNzzNpCGoJl9oQCyJZpvJR4xBGbPwb8FNls\n";
constexpr std::string_view kConfig =
    "host: { name: web-01 }\nregistry: { url: \"https://registry.example.com\" }\n"
    "challenge: { timeout: 30s, levels: [passkey, hardware, ssh-key] }\n";
constexpr std::string_view kTrustingConfig =
    "host: { name: web-01 }\nregistry: { url: \"https://registry.example.com\" }\n"
    "challenge: { timeout: 30s, levels: [passkey, hardware, ssh-key], max_trust: 8h }\n";
constexpr std::array<std::string_view, 5> kRules{
    "rules: [ { match: { users: [alice], from: [203.0.113.0/24] }, then: allow } ]\n",
    "rules: [ { then: allow, login_keys: any, root: true, would: challenge, until: 2026-11-22 } ]\n",
    "rules: [ { match: { groups: [staff] }, then: deny, message: no }, { match: { groups: [gone] }, then: allow } ]\n",
    "rules: [ { then: challenge, number: false, max_trust: 8h, root: true, login_keys: any } ]\n",
    "rules: [ { match: { service: [sudo] }, then: deny } ]\nbastions: [ { name: b, addresses: [203.0.113.9] } ]\n"};
constexpr std::array kStatuses{host::CourierStatus::ok, host::CourierStatus::unchanged, host::CourierStatus::unknown,
                               host::CourierStatus::ended, host::CourierStatus::failed};

std::vector<pam::Settings> settings_with_rules(const keys::Signers& signers) {
  std::vector<pam::Settings> all;
  for (const auto rules : kRules) {
    all.push_back({*config::parse_host_config(std::string(kConfig).append(rules), "fuzz"), signers});
  }
  return all;
}

// A line of this event: its name may also stand, quoted, in what a stranger sent.
bool says(const log::MemorySink& sink, std::string_view event) {
  const auto start = "event=" + std::string(event) + " ";
  return std::ranges::any_of(sink.lines(), [&](const std::string& line) { return line.starts_with(start); });
}

// Whatever the rules: behind sshd nobody is in without a line of a key, and who is allowed was not asked.
void require_of_rules(int result, pam::FakePort& port, const pam::FakeMachine& machine, const log::MemorySink& sink) {
  const std::string info = port.environment("SSH_AUTH_INFO_0").value_or("");
  const bool sshd = port.environment("SSH_CONNECTION").has_value();
  FUZZ_REQUIRE(says(sink, "login_denied") == (result != PAM_SUCCESS));
  if (result != PAM_SUCCESS) return;
  FUZZ_REQUIRE(!sshd || info.find("publickey ") != std::string::npos);
  if (says(sink, "login_allowed")) {
    FUZZ_REQUIRE(sink.contains("rule=fuzz:") && port.asked.empty() && machine.receipts.empty());
  } else if (says(sink, "login_approved")) {
    FUZZ_REQUIRE(machine.receipts.size() == 1);
  } else {
    FUZZ_REQUIRE(says(sink, "login_trusted") || info.find("keyboard-interactive/pam\n") != std::string::npos);
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pam::Settings settings{*config::parse_host_config(kConfig, "fuzz"), *keys::Signers::parse(kSigners)};
  static const pam::Settings trusting{*config::parse_host_config(kTrustingConfig, "fuzz"), settings.signers};
  encoding::WireReader input({data, size});
  const auto next = [&input] { return std::string(input.text(std::size_t{1} << 18U)); };
  pam::FakePort port;
  pam::FakeMachine machine;
  pam::FakeClock clock;
  log::MemorySink sink;
  machine.settings = settings;
  port.user_name = next();
  port.service_name = next();
  for (const auto* name : {"SSH_CONNECTION", "SSH_AUTH_INFO_0"}) {
    if (auto value = next(); value != "-") port.variables[name] = value;
  }
  port.typed = {next()};
  if (auto cached = next(); cached != "-") machine.cached = cached;
  const auto status = kStatuses.at(input.u8() % kStatuses.size());
  const auto brought = next();
  if (!input.ok()) return 0;
  if (!input.at_end()) {
    machine.settings = trusting;
    if (auto trust = next(); trust != "-") machine.trusts = {trust};
    if (!input.ok()) return 0;
  }
  std::optional<std::uint8_t> ruled;
  if (!input.at_end()) {
    static const auto with_rules = settings_with_rules(settings.signers);
    ruled = input.u8();
    machine.settings = with_rules.at((*ruled & 0x7fU) % with_rules.size());
    machine.groups = {{"staff", {"bob"}}};
  }
  const auto kept = machine.trusts;
  machine.registry = [&](const host::CourierRequest&) -> base::Result<host::CourierReply> {
    return host::CourierReply{status, base::ErrorCode::registry_unreachable, "", brought};
  };

  const bool session = ruled && (*ruled & 0x80U) != 0;
  const pam::Surroundings around{port, machine, sink, clock};
  const int result = session ? pam::open_session(around) : pam::authenticate(around);
  FUZZ_REQUIRE(result == PAM_SUCCESS || result == PAM_AUTH_ERR || result == PAM_MAXTRIES);
  if (ruled) return require_of_rules(result, port, machine, sink), 0;
  if (says(sink, "login_trusted")) {
    FUZZ_REQUIRE(result == PAM_SUCCESS && port.asked.empty() && machine.receipts.empty() && kept.size() == 1 &&
                 kept[0].starts_with("countersign trust v1\n"));
    return 0;
  }
  FUZZ_REQUIRE(says(sink, "login_approved") == (result == PAM_SUCCESS));
  FUZZ_REQUIRE(says(sink, "login_denied") == (result != PAM_SUCCESS));
  FUZZ_REQUIRE(port.told.size() == (result == PAM_SUCCESS ? 0U : 1U));
  if (result != PAM_SUCCESS) return 0;
  // Only a signed answer to this very challenge, with this number, after a prompt that was answered with Enter.
  FUZZ_REQUIRE(port.asked.size() == 1 && machine.receipts.size() == 1);
  const auto& challenge = machine.errands.back().challenge;
  const auto expected = "countersign answer v1\n" + challenge.substr(challenge.find('\n') + 1) +
                        "decision: approve\nnumber: 47\nvia: registry\n-----BEGIN SSH SIGNATURE-----\n";
  FUZZ_REQUIRE(machine.receipts[0].starts_with(expected) && brought.starts_with(machine.receipts[0]));
  return 0;
}
