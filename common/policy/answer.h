// policy/answer.h: does this answer admit this login? (PROTOCOL.md section 7.2)
//
// authorize_answer() and authorize_trust() (trust.h) are the only makers of an Approval, and an Approval is the only
// thing that may turn into an admission. The checks run in the order of section 7.2 and the first failure is the
// reason; a deny or report counts as such only once everything before it has shown that a valid approver signed it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/keys/signers.h"
#include "common/policy/approver.h"
#include "common/policy/record.h"
#include "common/statement/challenge.h"

namespace countersign::policy {

// What the one who decides knows of the number on the terminal.
class NumberCheck {
 public:
  static NumberCheck shown(statement::LoginNumber number) { return NumberCheck(number); }
  static NumberCheck none_wanted() { return NumberCheck(NoneWanted{}); }
  // For the registry alone: it never learns the number, and the host decides again.
  static NumberCheck not_known() { return NumberCheck(NotKnown{}); }

  // wrong_number. An answer pasted at the prompt carries no number: whoever pastes it sees the terminal.
  [[nodiscard]] base::Result<void> verify(const statement::AnswerFields& answer) const;

 private:
  struct NoneWanted {};
  struct NotKnown {};
  using What = std::variant<statement::LoginNumber, NoneWanted, NotKnown>;
  explicit NumberCheck(What what) : what_(what) {}
  What what_;
};

struct AnswerExpectation {
  const statement::Challenge& challenge;  // the one in memory, never one that came back
  bool deadline_passed;                   // on the monotonic clock of whoever made or stored the challenge
  NumberCheck number;
  statement::Via via;                            // how the answer came
  std::optional<base::PersonName> login_person;  // of the login key that was used
  Levels accepted_levels;
  PhoneExpectation phone;
  base::Time now;  // for the validity of signers
};

struct TrustExpectation;

class Approval {
 public:
  [[nodiscard]] const statement::Fingerprint& approver() const { return approver_; }
  [[nodiscard]] statement::Level level() const { return level_; }
  [[nodiscard]] const base::ChallengeId& challenge_id() const { return challenge_id_; }
  [[nodiscard]] const std::string& receipt() const { return reply_.statement().text(); }  // byte for byte
  // The trust that the approver gave with it, or that was given before; nullptr where this is a mere answer.
  [[nodiscard]] const statement::Trust* trust() const { return reply_.trust(); }

 private:
  Approval(const statement::Approver& approver, statement::Reply reply)
      : approver_(statement::Fingerprint::of(approver.key.blob())),
        level_(approver.level),
        challenge_id_(reply.challenge_id()),
        reply_(std::move(reply)) {}
  friend base::Result<Approval> authorize_answer(std::string_view text, const AnswerExpectation& expected,
                                                 const VerifiedRecord& record, const keys::Signers& signers);
  friend base::Result<Approval> authorize_trust(std::string_view text, const TrustExpectation& expected,
                                                const VerifiedRecord& record, const keys::Signers& signers);
  statement::Fingerprint approver_;
  statement::Level level_;
  base::ChallengeId challenge_id_;
  statement::Reply reply_;
};

// `text` is an answer or a trust. `record` is the newest accepted one. answer_denied and answer_reported are the word
// of a valid approver.
base::Result<Approval> authorize_answer(std::string_view text, const AnswerExpectation& expected,
                                        const VerifiedRecord& record, const keys::Signers& signers);

}  // namespace countersign::policy
