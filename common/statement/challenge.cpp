#include "common/statement/challenge.h"

#include "common/statement/field_reader.h"

namespace countersign::statement {
namespace {

using base::Result;

ChallengeFields take_challenge(FieldReader& reader) {
  return ChallengeFields{
      .nonce = reader.take<Hash32>("nonce"),
      .registry = reader.take<base::Origin>("registry"),
      .host = reader.take<base::HostName>("host"),
      .service = reader.take<base::ServiceName>("service"),
      .user = reader.take<base::UserName>("user"),
      .address = reader.take<base::Address>("address"),
      .connection = reader.take<std::optional<Connection>>("connection"),
      .login_key = reader.take<std::optional<Fingerprint>>("login-key"),
      .issued = reader.take<base::Time>("issued"),
      .expires = reader.take<base::Time>("expires"),
      .number_wanted = reader.take<bool>("number-wanted"),
      .max_trust = reader.take<base::Seconds>("max-trust"),
  };
}

AnswerFields take_answer(FieldReader& reader) {
  return AnswerFields{
      .challenge = take_challenge(reader),
      .decision = reader.take<Decision>("decision"),
      .number = reader.take<std::optional<LoginNumber>>("number"),
      .via = reader.take<Via>("via"),
  };
}

Result<void> check_challenge(const Statement& statement, const ChallengeFields& challenge) {
  return check_life(statement, challenge.issued, challenge.expires, max_challenge_life);
}

Result<void> check_answer(const Statement& statement, const AnswerFields& answer) {
  if (auto fits = check_challenge(statement, answer.challenge); !fits) return fits;
  const bool carries_number =
      answer.decision == Decision::approve && answer.via == Via::registry && answer.challenge.number_wanted;
  if (carries_number && !answer.number) {
    return fault_in(statement, "number", "found none, expected two digits: the challenge wants a number");
  }
  if (!carries_number && answer.number) {
    return fault_in(statement, "number",
                    "expected none: only an approve through the registry of a challenge that wants a number has one");
  }
  return {};
}

Result<void> check_trust(const Statement& statement, const TrustFields& trust) {
  if (auto fits = check_answer(statement, trust.answer); !fits) return fits;
  const ChallengeFields& challenge = trust.answer.challenge;
  if (trust.answer.decision != Decision::approve) return fault_in(statement, "decision", "expected approve");
  if (trust.until <= challenge.issued || trust.until - challenge.issued > challenge.max_trust) {
    return fault_in(statement, "until", "expected a time after issued by at most max-trust");
  }
  if (!trust.hosts.is_group() && trust.hosts.str() != challenge.host.str()) {
    return fault_in(statement, "hosts", "expected the challenge's host or one @group");
  }
  return {};
}

void write_challenge(Writer& writer, const ChallengeFields& challenge) {
  writer.field("nonce", challenge.nonce.str())
      .field("registry", challenge.registry.str())
      .field("host", challenge.host.str())
      .field("service", challenge.service.str())
      .field("user", challenge.user.str())
      .field("address", challenge.address.str())
      .field("connection", challenge.connection ? challenge.connection->str() : "none")
      .field("login-key", challenge.login_key ? challenge.login_key->str() : "none")
      .field("issued", base::format_time(challenge.issued))
      .field("expires", base::format_time(challenge.expires))
      .field("number-wanted", challenge.number_wanted ? "yes" : "no")
      .field("max-trust", print_seconds(challenge.max_trust));
}

void write_answer(Writer& writer, const AnswerFields& answer) {
  write_challenge(writer, answer.challenge);
  writer.field("decision", to_string(answer.decision))
      .field("number", answer.number ? answer.number->str() : "none")
      .field("via", to_string(answer.via));
}

// The challenge's head, and the statement's own bytes from its first field to the first that a challenge has not.
std::string repeated_challenge(const Statement& statement) {
  const auto& fields = statement.fields();
  std::size_t first = fields.front().offset;
  std::size_t end = first;
  for (const Field& field : fields) {
    if (field.name == "decision") end = field.offset;
  }
  return Writer(Kind::challenge).take().append(statement.text(), first, end - first);
}

base::ChallengeId as_challenge_id(const Hash32& hash) { return base::ChallengeId::parse(hash.str()).value(); }

}  // namespace

Result<ChallengeFields> ChallengeFields::read(const Statement& statement) {
  FieldReader reader(statement);
  ChallengeFields challenge = take_challenge(reader);
  if (auto fits = check_challenge(statement, challenge); !fits) return fits.error();
  return challenge;
}

std::string ChallengeFields::print_unsigned() const {
  Writer writer(kind);
  write_challenge(writer, *this);
  return writer.take();
}

base::ChallengeId Challenge::id() const { return as_challenge_id(Parsed::id()); }

Result<AnswerFields> AnswerFields::read(const Statement& statement) {
  FieldReader reader(statement);
  AnswerFields answer = take_answer(reader);
  if (auto fits = check_answer(statement, answer); !fits) return fits.error();
  return answer;
}

std::string AnswerFields::print_unsigned() const {
  Writer writer(kind);
  write_answer(writer, *this);
  return writer.take();
}

Result<TrustFields> TrustFields::read(const Statement& statement) {
  FieldReader reader(statement);
  AnswerFields answer = take_answer(reader);
  TrustFields trust{
      .answer = std::move(answer),
      .until = reader.take<base::Time>("until"),
      .hosts = reader.take<HostOrGroup>("hosts"),
  };
  if (auto fits = check_trust(statement, trust); !fits) return fits.error();
  return trust;
}

std::string TrustFields::print_unsigned() const {
  Writer writer(kind);
  write_answer(writer, answer);
  return writer.field("until", base::format_time(until)).field("hosts", hosts.str()).take();
}

Result<Reply> Reply::parse(std::string_view text) {
  if (text.starts_with("countersign trust ")) {
    auto trust = Trust::parse(text);
    if (!trust) return trust.error();
    return Reply(std::move(*trust));
  }
  auto answer = Answer::parse(text);
  if (!answer) return answer.error();
  return Reply(std::move(*answer));
}

const AnswerFields& Reply::answer() const {
  const Trust* granted = trust();
  return granted != nullptr ? granted->fields().answer : std::get<Answer>(what_).fields();
}

const Statement& Reply::statement() const {
  return std::visit([](const auto& what) -> const Statement& { return what.statement(); }, what_);
}

std::string Reply::challenge_text() const { return repeated_challenge(statement()); }
base::ChallengeId Reply::challenge_id() const { return as_challenge_id(Hash32::of(challenge_text())); }

}  // namespace countersign::statement
