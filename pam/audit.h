// pam/audit.h: the one log line of a decision.
//
//   event=login_denied phase=auth user=alice service=sshd address=203.0.113.9 challenge=… reason=wrong_number
//   detail="…"
//
// Filled in as the login becomes known; what is not known yet is left out. Nothing secret has a place in it: no number,
// no typed line, no signature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/log/event.h"
#include "common/log/sink.h"
#include "common/policy/answer.h"
#include "common/policy/rules.h"

namespace countersign::pam {

class Audit {
 public:
  enum class Phase { auth, session };

  Audit(log::Sink& sink, Phase phase) : sink_(sink), phase_(phase) {}

  // Empty until known. The user is as PAM has it until the account is known.
  std::string user;
  std::string host;
  std::string service;
  std::string address;
  std::string login_key;
  std::string challenge;
  std::string rule;  // FILE:LINE of the one that matched

  void denied(const base::Error& error) const;
  void approved(const policy::Approval& approval, std::uint64_t serial) const;
  // Admitted without a question, by what an approver said earlier.
  void trusted(const policy::Approval& approval, std::uint64_t serial) const;
  // Admitted by a rule. `missing` is why a challenge would have been a denial: no record, or a key that is not in it.
  void allowed(const policy::Exemption& exemption, std::optional<base::ErrorCode> missing) const;
  // A fault that changes no decision.
  void warn(const base::Error& error) const;

 private:
  void admitted(log::Event event, const policy::Approval& approval, std::uint64_t serial) const;

  log::Sink& sink_;
  Phase phase_;
};

}  // namespace countersign::pam
