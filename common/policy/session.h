// policy/session.h: what an approver key signs to the registry itself: a session that may list cards (PROTOCOL.md
// section 4.8), a change of the account (4.10) and the proof that a new key is held (4.6).
//
// The registry checks that a nonce and a pairing token are used once; the rest is here. A verified session may only
// list; every answer and every change still stands on its own signature.
#pragma once

#include <string_view>
#include <utility>

#include "common/base/address.h"
#include "common/base/clock.h"
#include "common/base/origin.h"
#include "common/base/result.h"
#include "common/keys/signers.h"
#include "common/policy/answer.h"
#include "common/policy/endorsement.h"
#include "common/policy/record.h"
#include "common/statement/console.h"
#include "common/statement/enrolment.h"

namespace countersign::policy {

struct RegistryExpectation {
  base::Origin registry;  // the registry's own origin
  PhoneExpectation phone;
  base::Time now;
};

class VerifiedSession {
 public:
  const statement::SessionFields* operator->() const { return &session_.fields(); }

 private:
  explicit VerifiedSession(statement::Session session) : session_(std::move(session)) {}
  friend base::Result<VerifiedSession> verify_session(std::string_view text, const RegistryExpectation& expected,
                                                      const VerifiedRecord& record, const keys::Signers& signers);
  statement::Session session_;
};

// What can be said of a session without knowing its user: wrong_origin, statement_from_future, statement_expired. Asked
// first, it keeps a stranger from telling names apart by the error.
base::Result<void> verify_session_claim(const statement::SessionFields& fields, const RegistryExpectation& expected);

// In this order: what parsing says, wrong_origin (another registry), wrong_user (not the record's),
// statement_from_future, statement_expired, not_an_approver, not_endorsed, key_mismatch (signed by another key than
// `key`), signature_mismatch and the like.
base::Result<VerifiedSession> verify_session(std::string_view text, const RegistryExpectation& expected,
                                             const VerifiedRecord& record, const keys::Signers& signers);

class VerifiedChange {
 public:
  const statement::ChangeFields* operator->() const { return &change_.fields(); }
  // Of the record that was given; whose signature it is.
  [[nodiscard]] const statement::Approver& approver() const { return approver_; }

 private:
  VerifiedChange(statement::Change change, statement::Approver approver)
      : change_(std::move(change)), approver_(std::move(approver)) {}
  friend base::Result<VerifiedChange> verify_change(std::string_view text, const RegistryExpectation& expected,
                                                    const VerifiedRecord& record, const keys::Signers& signers);
  statement::Change change_;
  statement::Approver approver_;
};

// As for a session: first without the user, then in the same order and with the same errors.
base::Result<void> verify_change_claim(const statement::ChangeFields& fields, const RegistryExpectation& expected);
base::Result<VerifiedChange> verify_change(std::string_view text, const RegistryExpectation& expected,
                                           const VerifiedRecord& record, const keys::Signers& signers);

// What the registry holds of a pairing.
struct PairingExpectation {
  base::UserName user;
  statement::Hash32 pairing;
  Levels levels;  // it takes
};

class VerifiedEnrolment {
 public:
  const statement::EnrolmentFields* operator->() const { return &enrolment_.fields(); }

 private:
  explicit VerifiedEnrolment(statement::Enrolment enrolment) : enrolment_(std::move(enrolment)) {}
  friend base::Result<VerifiedEnrolment> verify_enrolment(std::string_view text, const RegistryExpectation& expected,
                                                          const PairingExpectation& pairing);
  statement::Enrolment enrolment_;
};

// In this order: parsing, wrong_origin, wrong_user, not_authorized (another pairing), level_not_accepted,
// statement_from_future and statement_expired (more than 5 minutes away), key_mismatch, signature_mismatch and the
// like.
base::Result<VerifiedEnrolment> verify_enrolment(std::string_view text, const RegistryExpectation& expected,
                                                 const PairingExpectation& pairing);

}  // namespace countersign::policy
