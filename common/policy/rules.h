// policy/rules.h: which rule of a host's configuration a login meets, and what that means (countersign.yaml, `rules:`).
//
// Rules are read from the top; the first that matches decides, and none means: challenge, with the host's own settings.
// A rule below the one that matched changes nothing. Everything here is pure: who is in which group is asked before, of
// the system. A decision never stands above the demand for a login key: who calls decide() asks for that first.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/network.h"
#include "common/base/result.h"
#include "common/policy/approver.h"
#include "common/statement/values.h"

namespace countersign::policy {

enum class Verdict { challenge, allow, deny };
std::string_view to_string(Verdict verdict);

// Every criterion that is given must hold, by any of its items: so an empty list is nobody's.
struct Match {
  std::optional<std::vector<base::UserName>> users = std::nullopt;
  std::optional<std::vector<std::string>> groups = std::nullopt;  // of the system
  std::optional<std::vector<base::ServiceName>> services = std::nullopt;
  std::optional<std::vector<base::Network>> from = std::nullopt;
  std::optional<std::vector<statement::Fingerprint>> login_keys = std::nullopt;
  std::optional<std::vector<base::GroupName>> host_groups = std::nullopt;
};

struct Rule {
  std::string place;  // FILE:LINE
  Match match;
  Verdict then = Verdict::deny;
  // A staged roll-out: `then` is allow until a day, and this from then on.
  struct Later {
    Verdict verdict;
    base::Time from;
  };
  std::optional<Later> later;
  // Instead of the host's own settings.
  std::optional<bool> number;
  std::optional<Levels> levels;
  std::optional<base::Seconds> max_trust;
  bool root = false;            // this rule may let uid 0 in
  bool any_login_key = false;   // the login key need not stand in the user's record
  bool trust_bastions = false;  // trust may be bound to a bastion's address
  std::string message;          // for the user, where this rule asks or denies
};

// A relay: behind its address may be anybody who gets as far as it.
struct Bastion {
  base::HostName name;
  std::vector<base::Network> addresses;
};

struct Rules {
  std::vector<Rule> rules;
  std::vector<Bastion> bastions;
  struct Defaults {
    bool number = true;
    Levels levels;
    base::Seconds max_trust{0};
  };
  Defaults defaults;

  [[nodiscard]] std::vector<std::string> groups() const;  // all that any rule names, each once
  [[nodiscard]] bool may_admit_root() const;              // whether any rule could
};

// Whether the user is in a group; group_lookup_failed where the system could not tell.
using Memberships = std::map<std::string, base::Result<bool>>;

struct LoginFacts {
  base::UserName user;
  bool is_root;  // uid 0, whatever the name
  base::ServiceName service;
  base::Address address;
  std::optional<statement::Fingerprint> login_key;
  std::vector<base::GroupName> host_groups;
  Memberships groups;  // of every name in Rules::groups()
  base::Time now;
};

struct Decision;

// The word of a rule that a login needs no approval. Only decide() makes one.
class Exemption {
 public:
  [[nodiscard]] const std::string& place() const { return place_; }
  // What the rule will say when its time is over.
  [[nodiscard]] std::optional<Verdict> would() const { return would_; }

 private:
  Exemption(std::string place, std::optional<Verdict> would) : place_(std::move(place)), would_(would) {}
  friend base::Result<Decision> decide(const Rules& rules, const LoginFacts& facts);
  std::string place_;
  std::optional<Verdict> would_;
};

struct Decision {
  Verdict verdict = Verdict::deny;
  std::optional<Exemption> exemption;  // exactly where the verdict is allow
  std::string place;                   // of the rule that matched; empty for none
  std::string message;
  bool number = true;
  // A push to the phone may be all that asks, since the rule itself, not only the host, does without a number.
  bool prompt_needed = true;
  Levels levels;
  base::Seconds max_trust{0};  // 0 where the address is a bastion's and the rule does not say that this is meant
  bool any_login_key = false;
  std::optional<base::HostName> bastion;  // the login comes through it
};

// group_lookup_failed where a rule is reached that names a group of which the system cannot tell; root_not_allowed
// where root meets no rule that may let root in.
base::Result<Decision> decide(const Rules& rules, const LoginFacts& facts);

// Why a rule does not match: the criterion's name; nothing where it matches. For people who ask.
base::Result<std::optional<std::string_view>> find_mismatch(const Rule& rule, const LoginFacts& facts);

}  // namespace countersign::policy
