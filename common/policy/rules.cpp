#include "common/policy/rules.h"

#include <algorithm>
#include <set>
#include <utility>

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr const char* kRootDetail =
    "no rule lets root in; such a rule also needs sshd's PermitRootLogin yes, since with prohibit-password an approval "
    "makes sshd abort";

template <typename T>
bool lists(const std::optional<std::vector<T>>& items, const T& wanted) {
  return !items || std::find(items->begin(), items->end(), wanted) != items->end();
}

Result<bool> is_member(const std::vector<std::string>& groups, const LoginFacts& facts) {
  bool member = false;
  for (const std::string& group : groups) {
    const auto found = facts.groups.find(group);
    if (found == facts.groups.end()) return Error(ErrorCode::group_lookup_failed, group + ": not asked for");
    if (!found->second) return found->second.error();
    member = member || *found->second;
  }
  return member;
}

bool comes_from(const std::vector<base::Network>& networks, const base::Address& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const auto& network) { return network.contains(address); });
}

bool in_host_groups(const std::vector<base::GroupName>& wanted, const std::vector<base::GroupName>& groups) {
  return std::any_of(groups.begin(), groups.end(),
                     [&](const auto& group) { return std::find(wanted.begin(), wanted.end(), group) != wanted.end(); });
}

std::optional<base::HostName> bastion_of(const Rules& rules, const base::Address& address) {
  for (const Bastion& bastion : rules.bastions) {
    if (comes_from(bastion.addresses, address)) return bastion.name;
  }
  return std::nullopt;
}

Decision by_defaults(const Rules& rules, const base::Address& address) {
  Decision decision;
  decision.verdict = Verdict::challenge;
  decision.number = rules.defaults.number;
  decision.levels = rules.defaults.levels;
  decision.bastion = bastion_of(rules, address);
  if (!decision.bastion) decision.max_trust = rules.defaults.max_trust;
  return decision;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::challenge: return "challenge";
    case Verdict::allow: return "allow";
    case Verdict::deny: return "deny";
  }
  return "deny";
}

std::vector<std::string> Rules::groups() const {
  std::set<std::string> names;
  for (const Rule& rule : rules) {
    if (rule.match.groups) names.insert(rule.match.groups->begin(), rule.match.groups->end());
  }
  return {names.begin(), names.end()};
}

bool Rules::may_admit_root() const {
  return std::any_of(rules.begin(), rules.end(), [](const Rule& rule) { return rule.root; });
}

Result<std::optional<std::string_view>> find_mismatch(const Rule& rule, const LoginFacts& facts) {
  using Mismatch = std::optional<std::string_view>;
  const Match& match = rule.match;
  // Before all else, and whatever the other criteria say: a directory that does not answer must not be a way around.
  bool member = true;
  if (match.groups) {
    const auto asked = is_member(*match.groups, facts);
    if (!asked) return asked.error();
    member = *asked;
  }
  if (!lists(match.users, facts.user)) return Mismatch("users");
  if (!member) return Mismatch("groups");
  if (!lists(match.services, facts.service)) return Mismatch("service");
  if (match.from && !comes_from(*match.from, facts.address)) return Mismatch("from");
  if (match.login_keys && (!facts.login_key || !lists(match.login_keys, *facts.login_key))) {
    return Mismatch("login_keys");
  }
  if (match.host_groups && !in_host_groups(*match.host_groups, facts.host_groups)) return Mismatch("host_groups");
  return Mismatch();
}

Result<Decision> decide(const Rules& rules, const LoginFacts& facts) {
  Decision decision = by_defaults(rules, facts.address);
  for (const Rule& rule : rules.rules) {
    const auto mismatch = find_mismatch(rule, facts);
    if (!mismatch) return mismatch.error().within(rule.place);
    if (*mismatch) continue;
    const bool is_later = rule.later && facts.now >= rule.later->from;
    decision.verdict = is_later ? rule.later->verdict : rule.then;
    decision.place = rule.place;
    decision.message = rule.message;
    decision.number = rule.number.value_or(decision.number);
    decision.prompt_needed = rule.number.value_or(true);
    decision.levels = rule.levels.value_or(decision.levels);
    decision.any_login_key = rule.any_login_key;
    if (!decision.bastion || rule.trust_bastions) {
      decision.max_trust = rule.max_trust.value_or(rules.defaults.max_trust);
    }
    if (facts.is_root && !rule.root && decision.verdict != Verdict::deny) {
      return Error(ErrorCode::root_not_allowed, rule.place + ": " + kRootDetail);
    }
    if (decision.verdict == Verdict::allow) {
      decision.exemption = Exemption(
          rule.place, rule.later ? std::optional<Verdict>(rule.later->verdict) : std::optional<Verdict>(std::nullopt));
    }
    return decision;
  }
  if (facts.is_root) return Error(ErrorCode::root_not_allowed, kRootDetail);
  return decision;
}

}  // namespace countersign::policy
