#include "common/config/rules.h"

#include <chrono>
#include <string>
#include <utility>

namespace countersign::config {
namespace {

using policy::Verdict;

Verdict verdict_of(std::string_view text) {
  if (text == "allow") return Verdict::allow;
  if (text == "challenge") return Verdict::challenge;
  return Verdict::deny;
}

base::Seconds seconds_of(base::Milliseconds duration) { return std::chrono::duration_cast<base::Seconds>(duration); }

policy::Levels levels_of(const Values& values, std::string_view key) {
  const auto levels = values.levels(key);
  return {levels.begin(), levels.end()};
}

policy::Match read_match(const Values& rule) {
  policy::Match match;
  if (rule.has("match.users")) match.users = rule.user_names("match.users");
  if (rule.has("match.groups")) match.groups = rule.texts("match.groups");
  if (rule.has("match.service")) match.services = rule.services("match.service");
  if (rule.has("match.from")) match.from = rule.networks("match.from");
  if (rule.has("match.login_keys")) match.login_keys = rule.fingerprints("match.login_keys");
  if (rule.has("match.host_groups")) match.host_groups = rule.groups("match.host_groups");
  return match;
}

void refuse(const Values& rule, std::string_view key, std::string_view why, Diagnostics& diagnostics) {
  if (rule.has(key)) diagnostics.add(rule.mark(key), std::string("rules.").append(key), why);
}

// `then` and what it ever becomes say which other settings have an effect.
void check_effects(const Values& rule, bool asks, bool admits, Diagnostics& diagnostics) {
  constexpr std::string_view kUnasked = "without effect: this rule asks nobody";
  if (!asks) {
    for (const auto* key : {"number", "levels", "max_trust"}) refuse(rule, key, kUnasked, diagnostics);
    if (rule.boolean("trust_bastions")) refuse(rule, "trust_bastions", kUnasked, diagnostics);
    if (admits) refuse(rule, "message", "without effect: this rule neither asks nor denies", diagnostics);
  }
  if (!admits) {
    constexpr std::string_view kNobody = "without effect: this rule lets nobody in";
    if (rule.boolean("root")) refuse(rule, "root", kNobody, diagnostics);
    if (rule.text("login_keys") == "any") refuse(rule, "login_keys", kNobody, diagnostics);
  }
}

std::optional<policy::Rule::Later> read_later(const Values& rule, Verdict then, Diagnostics& diagnostics) {
  if (!rule.has("would") && !rule.has("until")) return std::nullopt;
  if (!rule.has("would")) return refuse(rule, "until", "given without would", diagnostics), std::nullopt;
  if (!rule.has("until")) return refuse(rule, "would", "given without until", diagnostics), std::nullopt;
  const Verdict verdict = verdict_of(rule.text("would"));
  if (then != Verdict::allow) refuse(rule, "would", "only beside then: allow", diagnostics);
  if (verdict == Verdict::allow) refuse(rule, "would", "found \"allow\", allowed is challenge or deny", diagnostics);
  return policy::Rule::Later{verdict, *parse_date(rule.text("until"))};
}

policy::Rule read_rule(const Values& values, std::string_view file, Diagnostics& diagnostics) {
  policy::Rule rule;
  rule.place = std::string(file) + ":" + std::to_string(values.place().line);
  rule.match = read_match(values);
  rule.then = verdict_of(values.text("then"));
  rule.later = read_later(values, rule.then, diagnostics);
  if (values.has("number")) rule.number = values.boolean("number");
  if (values.has("levels")) rule.levels = levels_of(values, "levels");
  if (values.has("max_trust")) rule.max_trust = seconds_of(values.duration("max_trust"));
  rule.root = values.boolean("root");
  rule.any_login_key = values.text("login_keys") == "any";
  rule.trust_bastions = values.boolean("trust_bastions");
  if (values.has("message")) rule.message = values.text("message");
  const auto is = [&](Verdict verdict) {
    return rule.then == verdict || (rule.later && rule.later->verdict == verdict);
  };
  check_effects(values, is(Verdict::challenge), is(Verdict::challenge) || is(Verdict::allow), diagnostics);
  return rule;
}

}  // namespace

policy::Rules read_rules(const Values& values, std::string_view file, Diagnostics& diagnostics) {
  policy::Rules rules;
  if (!diagnostics.empty()) return rules;  // values that are not sound are not looked at
  rules.defaults = {values.boolean("challenge.number"), levels_of(values, "challenge.levels"),
                    seconds_of(values.duration("challenge.max_trust"))};
  for (const Values& rule : values.mappings("rules")) rules.rules.push_back(read_rule(rule, file, diagnostics));
  for (const Values& bastion : values.mappings("bastions")) {
    rules.bastions.push_back({bastion.host_name("name"), bastion.networks("addresses")});
  }
  return rules;
}

}  // namespace countersign::config
