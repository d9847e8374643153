// countersign explain: which rule of this host's configuration a login would meet, and why. Asks nobody, changes
// nothing.
#include <array>
#include <iomanip>
#include <sstream>

#include "cli/command.h"
#include "common/config/host_config.h"
#include "common/files/read_named.h"
#include "common/host/account.h"
#include "common/host/groups.h"
#include "common/keys/public_key_line.h"
#include "common/policy/rules.h"

namespace countersign::cli {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using policy::Decision;
using policy::LoginFacts;
using policy::Rules;
using policy::Verdict;

constexpr std::string_view kHelp =
    R"(Usage: countersign explain --user USER [OPTION...]

Says which rule of this host's configuration a login would meet, rule by rule, and what
that means. No registry is asked, no log is written.

  --user USER      who logs in, as typed
  --from ADDRESS   where from (default: the console)
  --service NAME   the PAM service (default: sshd)
  --key KEY        the login key: a fingerprint as ssh-keygen -l prints it, or a .pub file
  --config FILE    default: /etc/countersign/countersign.yaml

Exit codes: 0 the login would be asked about or let in; 1 it would be denied; 2 the
question or the configuration is wrong.
)";

constexpr std::array kOptions{OptionSpec{"user", Takes::value, /*required=*/true}, OptionSpec{"from"},
                              OptionSpec{"service"}, OptionSpec{"key"}, OptionSpec{"config"}};
constexpr std::size_t kMostConfig = std::size_t{64} * 1024;
constexpr std::size_t kMostKeyFile = std::size_t{32} * 1024;

Result<std::optional<statement::Fingerprint>> read_key(const Options& options) {
  using Key = std::optional<statement::Fingerprint>;
  if (!options.has("key")) return Key();
  const std::string given = options.required("key");
  if (given.starts_with("SHA256:")) {
    auto fingerprint = statement::Fingerprint::parse(given);
    if (!fingerprint) return fingerprint.error().within("--key");
    return Key(std::move(*fingerprint));
  }
  const auto text = files::read_named(given, kMostKeyFile);
  if (!text) return text.error();
  const auto key = keys::parse_public_key_file(*text);
  if (!key) return key.error().within(given);
  return Key(statement::Fingerprint::of(key->blob()));
}

Result<LoginFacts> read_facts(const Options& options, const config::HostConfig& config) {
  const auto account = host::load_account(options.required("user"));
  if (!account) return account.error();
  auto service = base::ServiceName::parse(options.value_or("service", "sshd"));
  if (!service) return service.error().within("--service");
  auto address = Result<base::Address>(base::Address::console());
  if (options.has("from")) address = base::Address::normalize(options.required("from"));
  if (!address) return address.error().within("--from");
  auto key = read_key(options);
  if (!key) return key.error();
  LoginFacts facts{.user = account->name,
                   .is_root = account->uid == 0,
                   .service = std::move(*service),
                   .address = std::move(*address),
                   .login_key = std::move(*key),
                   .host_groups = config.host.groups,
                   .groups = {},
                   .now = base::SystemClock().now()};
  for (const std::string& group : config.rules.groups()) {
    facts.groups.insert_or_assign(group, host::load_membership(group, *account));
  }
  return facts;
}

void print_rules(const Rules& rules, const LoginFacts& facts, std::ostream& out) {
  for (const policy::Rule& rule : rules.rules) {
    const auto mismatch = policy::find_mismatch(rule, facts);
    if (!mismatch) return say(out, rule.place + ": cannot be judged: " + to_string(mismatch.error()));
    if (!*mismatch) return say(out, rule.place + ": matches");
    say(out, rule.place + ": does not match: " + std::string(**mismatch));
  }
  say(out, rules.rules.empty() ? "there are no rules: every login is a challenge"
                               : "no rule matches: the login is a challenge");
}

void print_line(std::ostream& out, std::string_view name, const std::string& text) {
  std::ostringstream line;
  line << "  " << std::left << std::setw(11) << name << text;
  say(out, line.str());
}

void print_decision(const Decision& decision, const LoginFacts& facts, std::ostream& out) {
  std::string then(to_string(decision.verdict));
  if (decision.exemption && decision.exemption->would()) {
    then += ", until its day is over; then " + std::string(to_string(*decision.exemption->would()));
  }
  print_line(out, "then", then);
  if (decision.verdict == Verdict::challenge) {
    std::string levels;
    for (const auto level : decision.levels) levels += (levels.empty() ? "" : ", ") + std::string(to_string(level));
    print_line(out, "number", decision.number ? "wanted" : "not wanted");
    print_line(out, "approvers", levels.empty() ? "none: nobody can approve" : levels);
    print_line(out, "max_trust", base::format_duration(decision.max_trust));
    print_line(out, "no prompt",
               decision.prompt_needed ? "denied, unless an approver's trust covers it"
                                      : "a push without number, for clients that cannot prompt");
  }
  if (decision.bastion) print_line(out, "through", decision.bastion->str());
  if (!decision.message.empty()) print_line(out, "message", decision.message);
  if (decision.verdict == Verdict::deny || facts.address.is_console()) return;
  print_line(out, "login key",
             decision.any_login_key ? "any that sshd has verified"
                                    : "must stand in the record of " + facts.user.str() + "; else the login is denied");
}

base::Result<ExitCode> run_explain(const Options& options, const Streams& streams) {
  const std::string path = options.value_or("config", config::kHostConfigPath);
  const auto text = files::read_named(path, kMostConfig);
  if (!text) return misused(streams, text.error());
  const auto config = config::parse_host_config(*text, path);
  if (!config) return misused(streams, config.error());
  const auto facts = read_facts(options, *config);
  if (!facts) return misused(streams, facts.error());

  print_rules(config->rules, *facts, streams.out);
  const auto decision = policy::decide(config->rules, *facts);
  if (!decision) {
    print_line(streams.out, "then", "deny: " + to_string(decision.error()));
    return ExitCode::no;
  }
  print_decision(*decision, *facts, streams.out);
  return decision->verdict == Verdict::deny ? ExitCode::no : ExitCode::yes;
}

}  // namespace

Command explain_command() {
  return {"explain", "say which rule a login would meet", kHelp, kOptions, {}, &run_explain};
}

}  // namespace countersign::cli
