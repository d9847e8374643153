// A statement of any kind, and a bundle of them: what parses prints to the same bytes, from its fields as from its
// typed form; a bundle's pieces are its bytes; every fault names its place.
#include "common/sshsig/armor.h"
#include "common/sshsig/signature.h"
#include "common/statement/bundle.h"
#include "common/statement/challenge.h"
#include "common/statement/console.h"
#include "common/statement/enrolment.h"
#include "common/statement/record.h"
#include "tests/fuzz/require.h"

using namespace countersign;
using namespace countersign::statement;

template <typename Typed>
void require_identity(std::string_view text) {
  const auto typed = Typed::parse(text);
  if (!typed) return;
  FUZZ_REQUIRE(typed->fields().print_unsigned() == typed->signed_message());
  FUZZ_REQUIRE(typed->text() == text);
}

// Who may do what in a record: a key that is found is the one that was asked for, and never stands in both roles.
void require_roles(std::string_view text) {
  const auto record = Record::parse(text);
  if (!record || !record->fields().check_roles()) return;
  const RecordFields& fields = record->fields();
  for (const LoginKey& key : fields.login_keys) {
    FUZZ_REQUIRE(fields.login_key(key.line.key) == &key && fields.approver(key.line.key.blob()) == nullptr);
  }
  for (const Approver& approver : fields.approvers) {
    FUZZ_REQUIRE(fields.approver(approver.key.blob()) == &approver && fields.login_key(approver.key) == nullptr);
    const std::string armor = sshsig::print_armor(sshsig::serialize(approver.endorsement));
    const auto endorsement = Endorsement::parse(fields.endorsed_message(approver) + armor);
    FUZZ_REQUIRE(endorsement && endorsement->fields().key == approver.key);
  }
}

// The challenge that an answer or a trust repeats is one by itself.
void require_challenge(Kind kind, std::string_view text) {
  const auto reply = Reply::parse(text);
  if (!reply) return;
  FUZZ_REQUIRE(reply->kind() == kind && reply->statement().text() == text);
  const auto challenge = Challenge::parse(reply->challenge_text());
  FUZZ_REQUIRE(challenge && challenge->id() == reply->challenge_id());
}

void require_typed_identity(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::record: require_roles(text); return require_identity<Record>(text);
    case Kind::approver: return require_identity<Endorsement>(text);
    case Kind::challenge: return require_identity<Challenge>(text);
    case Kind::answer: require_challenge(kind, text); return require_identity<Answer>(text);
    case Kind::trust: require_challenge(kind, text); return require_identity<Trust>(text);
    case Kind::enrolment: return require_identity<Enrolment>(text);
    case Kind::host: return require_identity<HostStatement>(text);
    case Kind::session: return require_identity<Session>(text);
    case Kind::signin: return require_identity<SignIn>(text);
    case Kind::change: return require_identity<Change>(text);
  }
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = base::as_text({data, size});
  const auto statement = Statement::parse(text);
  if (statement) {
    FUZZ_REQUIRE(statement->print() == text);
    FUZZ_REQUIRE(is_signed(statement->kind()) == statement->signature().has_value());
    require_typed_identity(statement->kind(), text);
  } else if (size <= max_statement) {
    FUZZ_REQUIRE(statement.error().detail.starts_with("line "));
  }
  if (const auto pieces = split_bundle(text)) {
    std::string joined;
    for (const std::string_view piece : *pieces) joined.append(piece);
    FUZZ_REQUIRE(joined == text);
  }
  return 0;
}
