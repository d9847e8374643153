// countersign check-config: what the module and the courier would say about this host's configuration, before they do.
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "cli/command.h"
#include "common/config/host_config.h"
#include "common/files/read_named.h"
#include "common/files/safe_read.h"
#include "common/keys/signers.h"
#include "common/statement/grammar.h"

namespace countersign::cli {
namespace {

using config::HostConfig;

constexpr std::string_view kHelp =
    R"(Usage: countersign check-config [FILE]

Reads the host's configuration as the PAM module does (default:
/etc/countersign/countersign.yaml) and prints every fault as FILE:LINE:COLUMN, or a
summary. Also looks at the files it names, as far as you may read them: the signers, the
token's owner and mode, the courier. Run it before each reload, as root.

Exit codes: 0 no fault (warnings are printed); 2 at least one fault: every login would be
denied.
)";

constexpr std::size_t kMostConfig = std::size_t{64} * 1024;

struct Findings {
  std::vector<std::string> faults;
  std::vector<std::string> warnings;
};

void add_lines(std::vector<std::string>& to, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (const auto line = text.substr(0, end); !line.empty()) to.emplace_back(line);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

// The token is a secret: the courier's group may read it, nobody else (PROTOCOL.md section 11).
void look_at_token(const HostConfig& config, Findings& findings) {
  const std::string& path = config.registry.token;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    const std::string why = path + ": " + std::strerror(errno);
    if (errno == EACCES) return findings.warnings.push_back("token not looked at: " + why);
    return findings.faults.push_back("registry.token: " + why);
  }
  if (!S_ISREG(status.st_mode)) findings.faults.push_back("registry.token: " + path + " is not a regular file");
  if (status.st_uid != 0) findings.faults.push_back("registry.token: " + path + " does not belong to root");
  if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0) {
    findings.faults.push_back("registry.token: " + path + " may be read or changed by others (expected mode 0640)");
  }
  const passwd* const user = ::getpwnam(config.courier_user.str().c_str());
  if (user == nullptr) {
    return findings.faults.push_back("courier.user: the system does not know " + config.courier_user.str());
  }
  const bool readable = (status.st_uid == user->pw_uid && (status.st_mode & S_IRUSR) != 0) ||
                        (status.st_gid == user->pw_gid && (status.st_mode & S_IRGRP) != 0);
  if (!readable) {
    findings.faults.push_back("registry.token: " + path + " cannot be read by " + config.courier_user.str() +
                              " (expected owner root:" + config.courier_user.str() + ", mode 0640)");
  }
}

void look_at_courier(const HostConfig& config, Findings& findings) {
  const std::string& path = config.paths.courier;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return findings.faults.push_back("paths.courier: " + path + ": " + std::strerror(errno));
  }
  const bool safe = S_ISREG(status.st_mode) && status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (!safe) findings.faults.push_back("paths.courier: " + path + " is not a file that only root can change");
  if ((status.st_mode & S_IXOTH) == 0) findings.faults.push_back("paths.courier: " + path + " is not executable");
}

// Who may sign what; nothing where the file cannot be used.
std::string look_at_signers(const HostConfig& config, const base::Clock& clock, Findings& findings) {
  const std::string& path = config.paths.signers;
  const auto text = files::read_safely(path, {});
  if (!text) return findings.faults.push_back("paths.signers: " + to_string(text.error())), std::string();
  const auto signers = keys::Signers::parse(*text, path);
  if (!signers) return findings.faults.push_back("paths.signers: " + to_string(signers.error())), std::string();
  for (const auto kind : {statement::Kind::record, statement::Kind::approver}) {
    const std::string name_space = statement::name_space(kind);
    const auto& lines = signers->lines();
    const bool somebody = std::any_of(lines.begin(), lines.end(), [&](const keys::SignerLine& line) {
      return line.namespaces.find(name_space) != std::string::npos || line.namespaces.find('*') != std::string::npos;
    });
    if (somebody) continue;
    findings.warnings.push_back(std::string(path).append(": nobody may sign ").append(name_space));
    findings.warnings.back() += ": every login is denied";
  }
  for (const keys::SignerLine& line : signers->lines()) {
    if (line.valid_before && *line.valid_before < clock.now()) {
      findings.warnings.push_back(path + ":" + std::to_string(line.number) + ": this key's time is over");
    }
  }
  const std::size_t count = signers->lines().size();
  return std::to_string(count) + (count == 1 ? " line" : " lines");
}

void look_at_settings(const HostConfig& config, Findings& findings) {
  if (!config.registry.url.is_https()) {
    findings.warnings.push_back("registry.url is plain HTTP on loopback: for trials only");
  }
  if (!config.challenge.number) {
    findings.warnings.push_back("challenge.number is false: an approval given by mistake admits whoever asked");
  }
  const auto& levels = config.challenge.levels;
  if (levels.empty()) findings.warnings.push_back("challenge.levels is empty: nobody can approve");
  if (std::find(levels.begin(), levels.end(), statement::Level::ssh_key) != levels.end()) {
    findings.warnings.push_back("challenge.levels accepts ssh-key: an agent signs with such a key without asking");
  }
  if (!config.phone && std::find(levels.begin(), levels.end(), statement::Level::passkey) != levels.end()) {
    findings.warnings.push_back("phone is not set: passkeys cannot be verified on this host");
  }
}

// What is allowed, and may not be meant.
void look_at_rules(const policy::Rules& rules, const base::Clock& clock, Findings& findings) {
  const auto warn = [&](const std::string& where, const char* what) {
    findings.warnings.push_back(where + ": " + what);
  };
  for (const policy::Rule& rule : rules.rules) {
    const bool over = rule.later && clock.now() >= rule.later->from;
    const bool allows = rule.then == policy::Verdict::allow && !over;
    const auto& match = rule.match;
    if (over) warn(rule.place, "the day of until has come: the rule says what would says");
    if (allows && !match.users && !match.groups && !match.login_keys) {
      warn(rule.place, "allows, and names no user, group or key");
    }
    if (rule.any_login_key) warn(rule.place, "takes login keys that no record holds");
    if (rule.number && !*rule.number) warn(rule.place, "asks without number: a stolen login key can ring the phone");
  }
  for (const std::string& group : rules.groups()) {
    if (::getgrnam(group.c_str()) != nullptr) continue;
    findings.warnings.push_back("rules name the group " + group +
                                ", which this system does not know: who gets as far as that rule is denied");
  }
}

std::string count_of(std::size_t count) {
  return count == 0 ? "none: every login is a challenge" : std::to_string(count);
}

void print_summary(const HostConfig& config, const std::string& path, const std::string& signers, std::ostream& out) {
  std::vector<std::string> groups;
  for (const auto& group : config.host.groups) groups.push_back(group.str());
  std::vector<std::string> levels;
  for (const auto level : config.challenge.levels) levels.emplace_back(to_string(level));
  say(out, path + ": no fault");
  say(out, "  host       " + config.host.name.str() + ", groups: " + join(groups));
  say(out, "  registry   " + config.registry.url.str());
  say(out, "  phone      " + (config.phone ? config.phone->origin.str() : std::string("none")));
  say(out, "  challenge  " + base::format_duration(config.challenge.timeout) + ", number " +
               (config.challenge.number ? "wanted" : "not wanted") + ", approvers: " + join(levels));
  say(out, "  records    fresh for " + base::format_duration(config.records.fresh) + ", lifetime at most " +
               base::format_duration(config.records.max_life));
  say(out, "  rules      " + count_of(config.rules.rules.size()));
  say(out, "  signers    " + config.paths.signers + ", " + signers);
}

base::Result<ExitCode> run_check_config(const Options& options, const Streams& streams) {
  const bool named = !options.operands().empty();
  const std::string path = named ? options.operands().front() : std::string(config::kHostConfigPath);
  const auto text = files::read_named(path, kMostConfig);
  if (!text) return misused(streams, text.error());

  Findings findings;
  std::string signers;
  const auto config = config::parse_host_config(*text, path);
  if (!config) {
    add_lines(findings.faults, config.error().detail);
  } else {
    look_at_settings(*config, findings);
    look_at_rules(config->rules, base::SystemClock(), findings);
    signers = look_at_signers(*config, base::SystemClock(), findings);
    look_at_token(*config, findings);
    look_at_courier(*config, findings);
  }
  // A file that somebody checks before it is installed may lie anywhere; the installed one must be root's.
  if (const auto safe = files::open_safely(path, {}); !safe) {
    auto& where = named ? findings.warnings : findings.faults;
    where.push_back("the module would refuse this file: " + to_string(safe.error()));
  }
  for (const std::string& fault : findings.faults) say(streams.notes, fault);
  if (findings.faults.empty()) print_summary(*config, path, signers, streams.out);
  for (const std::string& warning : findings.warnings) say(streams.notes, "warning: " + warning);
  return findings.faults.empty() ? ExitCode::yes : ExitCode::misused;
}

}  // namespace

Command check_config_command() {
  return {"check-config", "find every fault of this host's configuration", kHelp, {}, {0, 1}, &run_check_config};
}

}  // namespace countersign::cli
