// Which rule decides: by table, and by what must hold whatever the rules are.
#include "common/policy/rules.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace countersign::policy {
namespace {

using base::Error;
using base::ErrorCode;
using base::Seconds;
using statement::Level;

const std::string kKey = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
const std::string kOtherKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

base::UserName user(const std::string& name) { return *base::UserName::parse(name); }
base::Time at(const std::string& text) { return *base::parse_time(text); }

Rule rule(Verdict then, Match match = {}) {
  Rule made;
  made.place = "c.yaml:1";
  made.then = then;
  made.match = std::move(match);
  return made;
}
std::vector<base::Network> networks(const std::vector<std::string>& texts) {
  std::vector<base::Network> all;
  for (const auto& text : texts) all.push_back(*base::Network::parse(text));
  return all;
}

LoginFacts login() {
  return {.user = user("alice"),
          .is_root = false,
          .service = *base::ServiceName::parse("sshd"),
          .address = *base::Address::normalize("203.0.113.9"),
          .login_key = *statement::Fingerprint::parse(kKey),
          .host_groups = {*base::GroupName::parse("web")},
          .groups = {{"staff", true}, {"contractors", false}, {"gone", Error(ErrorCode::group_lookup_failed, "gone")}},
          .now = at("2026-11-21T09:30:00Z")};
}

Rules rules(std::vector<Rule> all) {
  Rules made;
  made.rules = std::move(all);
  for (std::size_t i = 0; i < made.rules.size(); ++i) made.rules[i].place = "c.yaml:" + std::to_string(i + 1);
  made.defaults = {.number = true, .levels = {Level::passkey}, .max_trust = Seconds(0)};
  return made;
}

struct Row {
  std::string shows;
  Match match;
  bool matches;
};

TEST(Rules, EveryCriterionHasToHold) {
  const auto group = [](const char* name) { return std::vector{*base::GroupName::parse(name)}; };
  const auto service = [](const char* name) { return std::vector{*base::ServiceName::parse(name)}; };
  const auto key = [](const std::string& text) { return std::vector{*statement::Fingerprint::parse(text)}; };
  const std::vector<Row> rows{
      {"no criterion", {}, true},
      {"the user", {.users = {{user("bob"), user("alice")}}}, true},
      {"another user", {.users = {{user("bob")}}}, false},
      {"in another case", {.users = {{user("Alice")}}}, false},
      {"no user", {.users = {std::vector<base::UserName>()}}, false},
      {"a group", {.groups = {{"contractors", "staff"}}}, true},
      {"another group", {.groups = {{"contractors"}}}, false},
      {"no group", {.groups = {std::vector<std::string>()}}, false},
      {"the service", {.services = service("sshd")}, true},
      {"another service", {.services = service("sudo")}, false},
      {"no service", {.services = {std::vector<base::ServiceName>()}}, false},
      {"the network", {.from = networks({"10.0.0.0/8", "203.0.113.0/24"})}, true},
      {"another network", {.from = networks({"10.0.0.0/8", "::/0"})}, false},
      {"no network", {.from = networks({})}, false},
      {"the key", {.login_keys = key(kKey)}, true},
      {"another key", {.login_keys = key(kOtherKey)}, false},
      {"no key", {.login_keys = {std::vector<statement::Fingerprint>()}}, false},
      {"the host's group", {.host_groups = group("web")}, true},
      {"another host's group", {.host_groups = group("db")}, false},
      {"no host's group", {.host_groups = {std::vector<base::GroupName>()}}, false},
      {"user and network", {.users = {{user("alice")}}, .from = networks({"203.0.113.9"})}, true},
      {"user, but another network", {.users = {{user("alice")}}, .from = networks({"203.0.113.8"})}, false},
  };
  for (const Row& row : rows) {
    const auto decision = decide(rules({rule(Verdict::deny, row.match)}), login());
    ASSERT_TRUE(decision) << row.shows;
    EXPECT_EQ(decision->verdict, row.matches ? Verdict::deny : Verdict::challenge) << row.shows;
    EXPECT_EQ(decision->place, row.matches ? "c.yaml:1" : "") << row.shows;
  }
}

TEST(Rules, WhatIsNotThereMatchesNoCriterionAboutIt) {
  auto console = login();
  console.address = base::Address::console();
  console.login_key.reset();
  console.host_groups.clear();
  for (const Match& match :
       {Match{.from = networks({"0.0.0.0/0", "::/0"})}, Match{.login_keys = {{*statement::Fingerprint::parse(kKey)}}},
        Match{.host_groups = {{*base::GroupName::parse("web")}}}}) {
    EXPECT_FALSE(decide(rules({rule(Verdict::allow, match)}), console)->exemption);
  }
}

TEST(Rules, AMappedAddressIsIPv4AndAZoneIsKept) {
  auto facts = login();
  facts.address = *base::Address::normalize("::ffff:203.0.113.9");
  EXPECT_TRUE(decide(rules({rule(Verdict::allow, {.from = networks({"203.0.113.0/24"})})}), facts)->exemption);
  facts.address = *base::Address::normalize("fe80::1%eth1");
  EXPECT_FALSE(decide(rules({rule(Verdict::allow, {.from = networks({"fe80::1%eth0"})})}), facts)->exemption);
}

TEST(Rules, TheFirstThatMatchesDecides) {
  const Match others{.users = {{user("bob")}}};
  const auto decision =
      decide(rules({rule(Verdict::deny, others), rule(Verdict::allow), rule(Verdict::deny)}), login());
  ASSERT_TRUE(decision && decision->exemption);
  EXPECT_EQ(decision->verdict, Verdict::allow);
  EXPECT_EQ(decision->exemption->place(), "c.yaml:2");
  EXPECT_FALSE(decision->exemption->would());
}

TEST(Rules, NoneMeansAChallengeWithTheHostsSettings) {
  const auto decision = decide(rules({}), login());
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->verdict, Verdict::challenge);
  EXPECT_TRUE(decision->number);
  EXPECT_TRUE(decision->prompt_needed);
  EXPECT_EQ(decision->levels, Levels{Level::passkey});
  EXPECT_EQ(decision->max_trust, Seconds(0));
  EXPECT_FALSE(decision->any_login_key || decision->exemption || decision->bastion);
}

TEST(Rules, ARuleSaysOtherwiseThanTheHost) {
  auto other = rule(Verdict::challenge);
  other.number = false;
  other.levels = Levels{Level::hardware};
  other.max_trust = Seconds(3600);
  other.any_login_key = true;
  other.message = "hello";
  const auto decision = decide(rules({other}), login());
  ASSERT_TRUE(decision);
  EXPECT_FALSE(decision->number);
  EXPECT_FALSE(decision->prompt_needed);
  EXPECT_EQ(decision->levels, Levels{Level::hardware});
  EXPECT_EQ(decision->max_trust, Seconds(3600));
  EXPECT_TRUE(decision->any_login_key);
  EXPECT_EQ(decision->message, "hello");
}

TEST(Rules, OnlyARulesOwnWordLetsAPushDoAlone) {
  auto all = rules({rule(Verdict::challenge)});
  all.defaults.number = false;
  const auto decision = decide(all, login());
  EXPECT_FALSE(decision->number);
  EXPECT_TRUE(decision->prompt_needed) << "the host's setting is no such word";
}

TEST(Rules, AGroupThatCannotBeAskedAboutDenies) {
  const Match gone{.groups = {{"gone"}}};
  const Match not_even_this_user{.users = {{user("bob")}}, .groups = {{"gone"}}};
  const Match both{.groups = {{"staff", "gone"}}};
  const Match never_asked{.groups = {{"unheard of"}}};
  for (const auto& match : {gone, not_even_this_user, both, never_asked}) {
    for (const auto then : {Verdict::allow, Verdict::challenge, Verdict::deny}) {
      const auto decision = decide(rules({rule(then, match), rule(Verdict::allow)}), login());
      ASSERT_FALSE(decision);
      EXPECT_EQ(decision.error().code, ErrorCode::group_lookup_failed);
      EXPECT_NE(decision.error().detail.find("c.yaml:1"), std::string::npos) << decision.error().detail;
    }
  }
  EXPECT_TRUE(decide(rules({rule(Verdict::allow), rule(Verdict::deny, gone)}), login())->exemption) << "a rule above";
}

TEST(Rules, RootNeedsARuleThatSaysSo) {
  auto root = login();
  root.is_root = true;
  EXPECT_EQ(decide(rules({}), root).error().code, ErrorCode::root_not_allowed);
  for (const auto then : {Verdict::allow, Verdict::challenge}) {
    auto one = rule(then);
    EXPECT_EQ(decide(rules({one}), root).error().code, ErrorCode::root_not_allowed);
    one.root = true;
    const auto decision = decide(rules({one}), root);
    ASSERT_TRUE(decision);
    EXPECT_EQ(decision->verdict, then);
  }
  auto below = rule(Verdict::allow);
  below.root = true;
  EXPECT_EQ(decide(rules({rule(Verdict::challenge), below}), root).error().code, ErrorCode::root_not_allowed)
      << "the first that matches decides, for root too";
  EXPECT_EQ(decide(rules({rule(Verdict::deny), below}), root)->verdict, Verdict::deny);
}

TEST(Rules, AStagedRuleAllowsUntilItsDay) {
  for (const auto later : {Verdict::challenge, Verdict::deny}) {
    auto staged = rule(Verdict::allow);
    staged.later = Rule::Later{later, at("2026-12-01T00:00:00Z")};
    auto facts = login();
    facts.now = at("2026-11-30T23:59:59Z");
    const auto before = decide(rules({staged}), facts);
    ASSERT_TRUE(before && before->exemption);
    EXPECT_EQ(before->exemption->would(), later);
    facts.now = at("2026-12-01T00:00:00Z");
    const auto after = decide(rules({staged}), facts);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->verdict, later);
    EXPECT_FALSE(after->exemption);
  }
}

TEST(Rules, BehindABastionNobodyIsTrustedUnlessARuleSaysSo) {
  auto trusting = rule(Verdict::challenge);
  trusting.max_trust = Seconds(3600);
  auto all = rules({trusting});
  all.bastions = {{*base::HostName::parse("bastion-01"), networks({"203.0.113.9", "198.51.100.0/24"})}};
  all.defaults.max_trust = Seconds(60);
  auto decision = decide(all, login());
  EXPECT_EQ(decision->bastion->str(), "bastion-01");
  EXPECT_EQ(decision->max_trust, Seconds(0));
  all.rules[0].trust_bastions = true;
  EXPECT_EQ(decide(all, login())->max_trust, Seconds(3600));
  all.rules.clear();
  EXPECT_EQ(decide(all, login())->max_trust, Seconds(0)) << "the host's setting counts as little";
  auto elsewhere = login();
  elsewhere.address = *base::Address::normalize("203.0.113.10");
  EXPECT_FALSE(decide(all, elsewhere)->bastion);
  EXPECT_EQ(decide(all, elsewhere)->max_trust, Seconds(60));
}

TEST(Rules, NamesEveryGroupOnce) {
  EXPECT_EQ(rules({rule(Verdict::deny, {.groups = {{"b", "a"}}}), rule(Verdict::deny),
                   rule(Verdict::deny, {.groups = {{"b"}}})})
                .groups(),
            (std::vector<std::string>{"a", "b"}));
}

// Rules and logins by chance, from few names, so that they often meet.
class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_() % limit); }
  bool maybe() { return below(2) == 0; }
  template <typename T>
  std::optional<std::vector<T>> some(const std::vector<T>& from) {
    if (below(3) != 0) return std::nullopt;
    std::vector<T> chosen;
    for (const T& each : from) {
      if (maybe()) chosen.push_back(each);
    }
    return chosen;
  }

  Rule rule() {
    Rule made;
    made.then = std::array{Verdict::allow, Verdict::challenge, Verdict::deny}.at(below(3));
    made.match = {
        .users = some<base::UserName>({user("alice"), user("bob"), user("root")}),
        .groups = some<std::string>({"staff", "contractors", "gone"}),
        .services = some<base::ServiceName>({*base::ServiceName::parse("sshd"), *base::ServiceName::parse("sudo")}),
        .from = some(networks({"10.0.0.0/8", "203.0.113.9", "::/0"})),
        .login_keys = some<statement::Fingerprint>({*statement::Fingerprint::parse(kKey)}),
        .host_groups = some<base::GroupName>({*base::GroupName::parse("web"), *base::GroupName::parse("db")})};
    if (made.then == Verdict::allow && maybe())
      made.later = Rule::Later{Verdict::challenge, at("2026-11-21T00:00:00Z") + Seconds(below(2) * 86400)};
    if (maybe()) made.number = maybe();
    if (maybe()) made.max_trust = Seconds(below(3) * 60);
    made.root = maybe();
    made.any_login_key = maybe();
    made.trust_bastions = maybe();
    made.message = maybe() ? "a message" : "";
    return made;
  }
  Rules rules() {
    Rules made;
    for (unsigned i = below(5); i > 0; --i) made.rules.push_back(rule());
    for (std::size_t i = 0; i < made.rules.size(); ++i) made.rules[i].place = "c.yaml:" + std::to_string(i + 1);
    if (maybe()) made.bastions = {{*base::HostName::parse("bastion-01"), networks({"203.0.113.9"})}};
    return made;
  }
  LoginFacts login() {
    auto facts = policy::login();
    facts.user = user(std::array{"alice", "bob", "root"}.at(below(3)));
    facts.is_root = facts.user.str() == "root";
    facts.address = *base::Address::normalize(std::array{"203.0.113.9", "10.1.2.3", "2001:db8::1"}.at(below(3)));
    facts.groups = {{"staff", maybe()}, {"contractors", maybe()}};
    facts.groups.insert({"gone", maybe() ? base::Result<bool>(maybe()) : Error(ErrorCode::group_lookup_failed)});
    if (maybe()) facts.login_key.reset();
    return facts;
  }

 private:
  std::mt19937 engine_;
};

std::string told(const base::Result<Decision>& decision) {
  if (!decision) return "error " + to_string(decision.error());
  std::string text(to_string(decision->verdict));
  text += " " + decision->place + " " + decision->message + (decision->number ? " number" : "") +
          (decision->prompt_needed ? " prompt" : "") + (decision->any_login_key ? " any key " : " ") +
          std::to_string(decision->max_trust.count()) + (decision->bastion ? decision->bastion->str() : "");
  return text + (decision->exemption ? " " + decision->exemption->place() : "");
}

TEST(RulesProperty, ARuleBelowChangesNoLoginThatMatchedAbove) {
  int matched = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    Chance chance(seed);
    const auto facts = chance.login();
    auto all = chance.rules();
    const auto before = decide(all, facts);
    if (before && before->place.empty()) continue;
    if (!before && before.error().detail.find("c.yaml:") == std::string::npos) continue;  // root, and no rule matched
    ++matched;
    all.rules.push_back(chance.rule());
    all.rules.back().place = "c.yaml:99";
    EXPECT_EQ(told(decide(all, facts)), told(before)) << "seed " << seed;
  }
  EXPECT_GT(matched, 1000);
}

TEST(RulesProperty, NobodyIsAllowedButByARuleThatSaysAllowAndMatches) {
  int allowed = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    Chance chance(seed);
    const auto facts = chance.login();
    const auto all = chance.rules();
    const auto decision = decide(all, facts);
    if (!decision || !decision->exemption) {
      EXPECT_TRUE(!decision || decision->verdict != Verdict::allow);
      continue;
    }
    ++allowed;
    EXPECT_EQ(decision->verdict, Verdict::allow);
    const auto& by = all.rules.at(std::stoul(decision->place.substr(decision->place.find(':') + 1)) - 1);
    EXPECT_EQ(by.then, Verdict::allow);
    EXPECT_FALSE(*find_mismatch(by, facts));
    EXPECT_TRUE(!by.later || facts.now < by.later->from);
    EXPECT_TRUE(!facts.is_root || by.root);
  }
  EXPECT_GT(allowed, 100);
}

}  // namespace
}  // namespace countersign::policy
