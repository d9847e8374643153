#include "tests/unit/statement/generated.h"

namespace countersign::statement {
namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kAny = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+\\$";

}  // namespace

Generator::Generator(unsigned seed) : random_(seed) {
  for (const auto type : {crypto::KeyType::ed25519, crypto::KeyType::ecdsa_p256, crypto::KeyType::ecdsa_p384}) {
    keys_.push_back(crypto::PrivateKey::generate(type).value());
  }
}

std::string Generator::word(std::string_view first, std::string_view others, unsigned most) {
  std::string text(1, first[below(static_cast<unsigned>(first.size()))]);
  for (unsigned left = below(most); left > 0; --left) text += others[below(static_cast<unsigned>(others.size()))];
  return text;
}

base::UserName Generator::user() { return base::UserName::parse(word(kAny, std::string(kAny) + "-", 128)).value(); }
std::optional<base::PersonName> Generator::person() {
  if (coin()) return std::nullopt;
  return base::PersonName::parse(word(kAny, std::string(kAny) + "-", 128)).value();
}
base::HostName Generator::host() {
  return base::HostName::parse(word(kLower, std::string(kLower) + "-.", 250) + "x").value();
}
std::vector<base::GroupName> Generator::groups() {
  std::vector<base::GroupName> list;
  for (unsigned left = below(4); left > 0; --left) {
    const auto name = base::GroupName::parse(word(kLower, std::string(kLower) + "_.-", 64)).value();
    if (list.empty() || list.back() < name) list.push_back(name);
  }
  return list;
}
base::Address Generator::address() {
  std::string text;
  switch (below(3)) {
    case 0: return base::Address::console();
    case 1:
      for (int i = 0; i < 4; ++i) text += (i > 0 ? "." : "") + std::to_string(below(256));
      break;
    default:
      for (int i = 0; i < 8; ++i) text += (i > 0 ? ":" : "") + (coin() ? "0" : word(kLower.substr(26), "abcdef", 3));
      if (coin()) text += "%eth" + std::to_string(below(10));
  }
  return base::Address::normalize(text).value();
}
base::Origin Generator::origin() {
  const std::string name = word(kLower, kLower, 20);
  return base::Origin::parse("https://" + name + (coin() ? "" : ":" + std::to_string(1000 + below(60000)))).value();
}

ChallengeFields Generator::challenge() {
  const base::Time issued = time();
  std::optional<Connection> connection;
  if (coin()) {
    connection = Connection::normalize("2001:db8::" + std::to_string(below(9999)) + " " +
                                       std::to_string(1 + below(65535)) + " ::ffff:192.0.2.1 22")
                     .value();
  }
  std::optional<Fingerprint> login_key;
  if (coin()) login_key = Fingerprint::of(key().blob());
  return {.nonce = hash(),
          .registry = origin(),
          .host = host(),
          .service = base::ServiceName::parse(word(kLower, std::string(kLower) + "_.-", 64)).value(),
          .user = user(),
          .address = address(),
          .connection = connection,
          .login_key = login_key,
          .issued = issued,
          .expires = issued + up_to(max_challenge_life),
          .number_wanted = coin(),
          .max_trust = base::Seconds{below(100'000)}};
}

AnswerFields Generator::answer() {
  AnswerFields answer{.challenge = challenge(),
                      .decision = std::array{Decision::approve, Decision::deny, Decision::report}[below(3)],
                      .number = std::nullopt,
                      .via = coin() ? Via::registry : Via::prompt};
  if (answer.decision == Decision::approve && answer.via == Via::registry && answer.challenge.number_wanted) {
    answer.number = LoginNumber::of(static_cast<int>(10 + below(90))).value();
  }
  return answer;
}

TrustFields Generator::trust() {
  AnswerFields approval = answer();
  approval.decision = Decision::approve;
  const bool carries = approval.via == Via::registry && approval.challenge.number_wanted;
  approval.number = carries ? std::optional(LoginNumber::random()) : std::nullopt;
  approval.challenge.max_trust = base::Seconds{1 + below(100'000)};
  const base::Time until = approval.challenge.issued + up_to(approval.challenge.max_trust);
  const HostOrGroup where = coin() ? HostOrGroup(approval.challenge.host)
                                   : HostOrGroup(base::GroupName::parse(word(kLower, kLower, 60)).value());
  return {.answer = approval, .until = until, .hosts = where};
}

EndorsementFields Generator::endorsement() {
  return {.user = user(), .person = person(), .key = key(), .level = Level::ssh_key, .added = time()};
}

RecordFields Generator::record() {
  const base::Time issued = time();
  std::vector<HostOrGroup> members;
  for (const base::GroupName& name : groups()) members.emplace_back(name);
  for (unsigned left = below(3); left > 0; --left) members.emplace_back(host());
  RecordFields record{.user = user(),
                      .hosts = members.empty() ? HostScope::all() : HostScope::of(members).value(),
                      .serial = 1 + random_(),
                      .issued = issued,
                      .expires = issued + up_to(base::Seconds{1'000'000}),
                      .login_keys = {},
                      .approvers = {},
                      .recovery = {},
                      .revoked_trust = {},
                      .trust_not_before = {}};
  for (unsigned left = below(4); left > 0; --left) {
    keys::AuthorizedKey line{.options = {}, .key = key()};
    if (coin()) line.options.push_back(keys::Option::make(keys::OptionName::restrict_all).value());
    if (coin()) line.options.push_back(keys::Option::make(keys::OptionName::command, "echo \"a\", b").value());
    record.login_keys.push_back({.line = line, .person = person()});
  }
  for (unsigned left = below(4); left > 0; --left) {
    const auto endorsement = sshsig::sign(signing_key(), name_space(Kind::approver), base::as_bytes("any")).value();
    record.approvers.push_back(
        {.level = Level::ssh_key, .added = time(), .key = key(), .person = person(), .endorsement = endorsement});
  }
  for (unsigned left = below(3); left > 0; --left) record.recovery.push_back(hash());
  for (unsigned left = below(3); left > 0; --left) record.revoked_trust.push_back(hash());
  if (coin()) record.trust_not_before = time();
  return record;
}

EnrolmentFields Generator::enrolment() {
  return {
      .registry = origin(), .user = user(), .pairing = hash(), .key = key(), .level = Level::ssh_key, .issued = time()};
}
HostFields Generator::host_statement() {
  const base::Time issued = time();
  return {.host = host(),
          .groups = groups(),
          .token = hash(),
          .issued = issued,
          .expires = issued + up_to(base::Seconds{100'000'000})};
}
SessionFields Generator::session() {
  const base::Time issued = time();
  return {.registry = origin(),
          .user = user(),
          .key = key(),
          .nonce = hash(),
          .issued = issued,
          .expires = issued + up_to(max_session_life)};
}
SignInFields Generator::signin() {
  const base::Time issued = time();
  return {.registry = origin(),
          .user = user(),
          .address = address(),
          .session = hash(),
          .nonce = hash(),
          .issued = issued,
          .expires = issued + up_to(max_signin_life)};
}
ChangeFields Generator::change() {
  const base::Time issued = time();
  ChangeFields change{.registry = origin(),
                      .user = user(),
                      .nonce = hash(),
                      .issued = issued,
                      .expires = issued + up_to(max_change_life),
                      .changes = {}};
  for (unsigned left = 1 + below(5); left > 0; --left) {
    change.changes.push_back(word(kLower, std::string(kAny) + " :", 1000) + "ü");
  }
  return change;
}

}  // namespace countersign::statement
