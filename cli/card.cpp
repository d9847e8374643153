#include "cli/card.h"

#include <algorithm>

#include "common/log/clean.h"

namespace countersign::cli {
namespace {

constexpr std::string_view kIndent = "    ";

std::string seconds_text(base::Seconds seconds) { return std::to_string(seconds.count()) + " s"; }

std::string line(const std::string& text) { return std::string(kIndent) + log::clean_for_terminal(text) + "\n"; }

}  // namespace

std::string card_text(const statement::ChallengeFields& challenge, const Looks& looks) {
  std::string text(kIndent);
  text += looks.bold ? "\x1b[1m" : "";
  text += log::clean_for_terminal(challenge.host.str());
  text += looks.bold ? "\x1b[0m\n" : "\n";
  text += line(challenge.user.str() + " from " + challenge.address.str() + " (" + challenge.service.str() + ")");
  text += line(challenge.login_key ? "key " + challenge.login_key->str() : "without a login key");
  if (!challenge.number_wanted) text += line("no number: somebody holding your key may have started this");
  return text;
}

std::string time_line(const statement::ChallengeFields& challenge, base::Time now) {
  const base::Seconds life = challenge.expires - challenge.issued;
  const base::Seconds age = std::clamp(now - challenge.issued, base::Seconds(0), life);
  return std::string(kIndent) + "asked " + seconds_text(age) + " ago, " + seconds_text(life - age) + " left";
}

bool has_expired(const statement::ChallengeFields& challenge, base::Time now) { return now >= challenge.expires; }

std::string count_line(std::size_t waiting) {
  if (waiting < 2) return "A login is waiting.";
  return std::to_string(waiting) + " logins are waiting; this is the oldest.";
}

std::string question(const statement::ChallengeFields& challenge) {
  const std::string_view how = challenge.number_wanted ? "the number from its terminal" : "a";
  return "Only if you started it yourself: " + std::string(how) + " approves.\n" +
         "d denies, r reports an attack, Enter leaves it: ";
}

Typed parse_typed(std::string_view line, bool number_wanted) {
  using statement::Decision;
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {.kind = Typed::Kind::leave};
  const std::string_view word = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
  if (word == "d" || word == "deny") return {Typed::Kind::decision, Decision::deny, std::nullopt};
  if (word == "r" || word == "report") return {Typed::Kind::decision, Decision::report, std::nullopt};
  if (!number_wanted) {
    if (word == "a" || word == "approve") return {Typed::Kind::decision, Decision::approve, std::nullopt};
    return {};
  }
  const auto number = statement::LoginNumber::parse(word);
  if (!number) return {};
  return {Typed::Kind::decision, Decision::approve, *number};
}

}  // namespace countersign::cli
