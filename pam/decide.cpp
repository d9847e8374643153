#include "pam/decide.h"

#include <security/pam_modules.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/policy/rules.h"
#include "common/policy/trust.h"
#include "common/statement/bundle.h"
#include "common/statement/challenge.h"
#include "pam/claim.h"
#include "pam/conversation.h"
#include "pam/errand.h"
#include "pam/known_record.h"
#include "pam/outcome.h"
#include "pam/typed_line.h"

namespace countersign::pam {
namespace {

using base::Error;
using base::ErrorCode;
using base::Milliseconds;
using base::Result;

constexpr Milliseconds kReportTime{2000};
// The courier ends before we do, so that its own reason arrives.
constexpr Milliseconds kCourierEndsEarlier{500};

// What can admit a login.
using Admission = std::variant<policy::Approval, policy::Exemption>;

class Login {
 public:
  Login(const Surroundings& around, Audit& audit, Prompt prompt)
      : port_(around.port), machine_(around.machine), clock_(around.clock), audit_(audit), prompt_(prompt) {}

  // The order is the promise: nothing is sent before a login key is proven, and no rule stands above that it is known.
  Result<Admission> decide() {
    if (auto done = load_settings(); !done) return done.error();
    if (auto done = identify(); !done) return done.error();
    auto decision = apply_rules();
    if (decision && decision->exemption && decision->any_login_key && !decision->exemption->would()) {
      return exempt(std::move(*decision));
    }
    // root, whom no rule can let in: nothing is asked of anybody.
    if (claim_->account.uid == 0 && !settings_->host.rules.may_admit_root() && !decision) return decision.error();
    const auto found = record_->find();
    if (find_login_key()) decision = apply_rules();
    if (claim_->connection && !(decision && decision->any_login_key)) {
      if (!found) return found.error();
      if (!key_is_listed_) {
        return {ErrorCode::key_not_in_record, "the record lists another key than the one sshd has verified"};
      }
    }
    if (!decision) return decision.error();
    if (decision->exemption) return exempt(std::move(*decision), found);
    decision_.emplace(std::move(*decision));
    audit_.rule = decision_->place;
    if (decision_->verdict == policy::Verdict::deny) return Error(ErrorCode::denied_by_rule);
    if (!found) return found.error();
    return ask_approver();
  }

  // After an admission.
  void conclude(const Admission& admission) {
    if (auto marked = port_.mark_admitted(); !marked) audit_.warn(marked.error());
    if (const auto* exemption = std::get_if<policy::Exemption>(&admission)) return audit_.allowed(*exemption, missing_);
    const auto& approval = std::get<policy::Approval>(admission);
    if (!challenge_) return audit_.trusted(approval, (*record_)->serial);
    if (auto kept = machine_.keep_receipt(*settings_, approval, clock_.now()); !kept) {
      audit_.warn(kept.error().within("the receipt is lost"));
    }
    if (const statement::Trust* trust = approval.trust()) {
      if (auto kept = machine_.keep_trust(*settings_, *trust, clock_.now()); !kept) {
        audit_.warn(kept.error().within("the trust is lost"));
      }
    }
    audit_.approved(approval, (*record_)->serial);
  }

  // The matching rule's word to whom it denies.
  [[nodiscard]] std::string message() const { return decision_ ? decision_->message : ""; }

 private:
  Result<void> load_settings() {
    const auto start = clock_.monotonic();
    auto settings = machine_.load_settings();
    if (!settings) return settings.error();
    settings_.emplace(std::move(*settings));
    deadline_ = start + settings_->host.challenge.timeout;
    audit_.host = settings_->host.host.name.str();
    return {};
  }

  Result<void> identify() {
    auto claim = load_claim(port_, machine_, audit_);
    if (!claim) return claim.error();
    claim_.emplace(std::move(*claim));
    if (!claim_->keys.empty()) login_key_ = claim_->keys.front();
    for (const std::string& group : settings_->host.rules.groups()) {
      memberships_.insert_or_assign(group, machine_.load_membership(group, claim_->account));
    }
    record_.emplace(machine_, clock_, *settings_, claim_->account.name, deadline_);
    return {};
  }

  [[nodiscard]] Result<policy::Decision> apply_rules() const {
    return policy::decide(settings_->host.rules,
                          {claim_->account.name, claim_->account.uid == 0, claim_->service, claim_->address,
                           fingerprint(), settings_->host.host.groups, memberships_, clock_.now()});
  }

  // The first proven key that the record lists, which may be another than the first proven one; tells whether it is.
  bool find_login_key() {
    key_is_listed_ = false;
    if (!record_->found()) return false;
    const auto listed = std::find_if(claim_->keys.begin(), claim_->keys.end(),
                                     [&](const auto& key) { return (*record_)->login_key(key) != nullptr; });
    if (listed == claim_->keys.end()) return false;
    key_is_listed_ = true;
    login_person_ = (*record_)->login_key(*listed)->person;
    const bool another = listed != claim_->keys.begin();
    login_key_ = *listed;
    audit_.login_key = login_key_->fingerprint();
    return another;
  }

  Admission exempt(policy::Decision decision, const Result<void>& found = {}) {
    decision_.emplace(std::move(decision));
    audit_.rule = decision_->place;
    // For whom the rule's later verdict would be a denial, an administrator is to know beforehand.
    if (!found) {
      missing_ = found.error().code;
    } else if (claim_->connection && record_->found() && !key_is_listed_) {
      missing_ = ErrorCode::key_not_in_record;
    }
    return Admission(*decision_->exemption);
  }

  Result<Admission> ask_approver() {
    auto trusted = find_trust();
    if (!trusted) return trusted.error();
    if (*trusted) return Admission(std::move(**trusted));
    if (prompt_ == Prompt::impossible && decision_->prompt_needed) {
      return {ErrorCode::no_prompt_possible, "no rule or trust lets this login in without a prompt"};
    }
    if (auto done = make_challenge(); !done) return done.error();
    auto reply = ask();
    if (!reply) return reply.error();
    auto approval = judge(*reply);
    if (!approval) {
      if (approval.error().code == ErrorCode::wrong_number) report_wrong_number();
      return approval.error();
    }
    return Admission(std::move(*approval));
  }

  // What an approver has said of logins like this one; nothing where the question is still to be asked.
  Result<std::optional<policy::Approval>> find_trust() {
    const std::optional<policy::Approval> none;
    if (!login_key_ || decision_->max_trust <= base::Seconds(0)) return none;
    for (const std::string& text : machine_.load_trusts(*settings_, claim_->account.name, clock_.now())) {
      auto approval = judge_trust(text);
      if (approval && !record_->confirmed()) {
        // The cache is in the courier's hands, its times too: only what the registry says now can end a trust in time.
        if (auto confirmed = record_->confirm(); !confirmed) {
          audit_.warn(confirmed.error().within("no trust counts without the registry"));
          return none;
        }
        if (auto still = require_listed_key(); !still) return still.error();
        approval = judge_trust(text);
      }
      if (approval) return std::optional(std::move(*approval));
      const bool elsewhere = approval.error().code == ErrorCode::trust_does_not_fit;
      if (!elsewhere) audit_.warn(approval.error().within("a kept trust"));
    }
    return none;
  }

  [[nodiscard]] Result<policy::Approval> judge_trust(std::string_view text) const {
    return policy::authorize_trust(
        text,
        {claim_->account.name, settings_->host.host.name, claim_->service, fingerprint(), claim_->address,
         login_person_, decision_->levels, phone(), decision_->max_trust, clock_.now()},
        **record_, settings_->signers);
  }

  // Of the login key that was used, in the record as it is now.
  Result<void> require_listed_key() {
    const auto* listed = login_key_ ? (*record_)->login_key(*login_key_) : nullptr;
    if (listed != nullptr) login_person_ = listed->person;
    if (listed != nullptr || !login_key_ || decision_->any_login_key) return {};
    return {ErrorCode::key_not_in_record, "the login key was taken out of the record meanwhile"};
  }

  [[nodiscard]] std::optional<statement::Fingerprint> fingerprint() const {
    if (!login_key_) return std::nullopt;
    return statement::Fingerprint::of(login_key_->blob());
  }

  [[nodiscard]] policy::PhoneExpectation phone() const {
    const auto& phone = settings_->host.phone;
    if (!phone) return std::nullopt;
    return sshsig::WebauthnExpectation{phone->origin.str(), phone->rp_id, phone->synced};
  }

  Result<void> make_challenge() {
    const auto& host = settings_->host;
    const auto now = clock_.now();
    if (decision_->number) number_ = machine_.random_number();
    auto challenge =
        statement::Challenge::make({machine_.random_nonce(), host.registry.url, host.host.name, claim_->service,
                                    claim_->account.name, claim_->address, claim_->connection, fingerprint(), now,
                                    now + std::chrono::duration_cast<base::Seconds>(host.challenge.timeout),
                                    number_.has_value(), decision_->max_trust});
    if (!challenge) return challenge.error();
    challenge_.emplace(std::move(*challenge));
    audit_.challenge = challenge_->id().str();
    return {};
  }

  // The courier is on its way before the prompt comes up, and is withdrawn when this returns without its reply.
  Result<host::CourierReply> ask() {
    auto courier = machine_.start_courier(*settings_,
                                          {host::CourierTask::challenge, claim_->account.name, (**record_).hash().str(),
                                           time_left(clock_, deadline_ - kCourierEndsEarlier), challenge_->text()});
    if (!courier) return courier.error();
    if (prompt_ == Prompt::possible) {
      if (auto entered = prompt(); !entered) return entered.error();
    }
    return (*courier)->await(deadline_);
  }

  Result<void> prompt() {
    const Question question{.user = claim_->account.name.str(),
                            .host = settings_->host.host.name.str(),
                            .address = claim_->address.str(),
                            .bastion = decision_->bastion ? decision_->bastion->str() : "",
                            .message = decision_->message,
                            .number = number_ ? number_->str() : "",
                            .link = link()};
    Result<Typed> typed(ErrorCode::prompt_failed);
    for (int shown = 0; shown < kMaxPrompts && !typed; ++shown) {
      if (clock_.monotonic() >= deadline_) return {ErrorCode::deadline_passed, "at the prompt"};
      const auto line = port_.ask(prompt_text(question, /*not_understood=*/shown > 0));
      if (!line) return line.error();
      typed = parse_typed_line({line->data(), line->size()});
    }
    if (!typed) return typed.error();
    if (clock_.monotonic() >= deadline_) return {ErrorCode::deadline_passed, "Enter came after the deadline"};
    return {};
  }

  [[nodiscard]] std::string link() const {
    const auto& host = settings_->host;
    if (!host.phone || !host.challenge.link) return {};
    return host.phone->origin.str() + "/#c=" + challenge_->id().str();
  }

  Result<policy::Approval> judge(const host::CourierReply& reply) {
    if (reply.status != host::CourierStatus::ok) return no_statements(reply);
    const auto pieces = statement::split_bundle(reply.statements);
    if (!pieces) return pieces.error().within("reply");
    if (pieces->size() != 2) return {ErrorCode::bad_courier_message, "not an answer and a record"};

    // The newest record decides: who was an approver a minute ago may be none now, and the login key likewise.
    if (auto done = record_->replace((*pieces)[1]); !done) return done.error().within("the reply's record");
    const auto listed = require_listed_key();
    auto approval =
        policy::authorize_answer((*pieces)[0],
                                 {*challenge_, clock_.monotonic() >= deadline_,
                                  number_ ? policy::NumberCheck::shown(*number_) : policy::NumberCheck::none_wanted(),
                                  statement::Via::registry, login_person_, decision_->levels, phone(), clock_.now()},
                                 **record_, settings_->signers);
    // After the answer: a report has taken the login key out of the record, and is to be told as what it is.
    if (approval && !listed) return listed.error();
    return approval;
  }

  // The registry never learns the number, so it counts wrong ones by our word.
  void report_wrong_number() {
    const auto until = clock_.monotonic() + kReportTime;
    const auto told = run_errand(machine_, *settings_,
                                 {host::CourierTask::wrong_number, claim_->account.name, std::nullopt,
                                  time_left(clock_, until), challenge_->text()},
                                 until);
    if (!told) {
      audit_.warn(told.error().within("the registry was not told of the wrong number"));
    } else if (told->status != host::CourierStatus::ended) {
      audit_.warn(no_statements(*told).within("the registry was not told of the wrong number"));
    }
  }

  Port& port_;
  Machine& machine_;
  const base::Clock& clock_;
  Audit& audit_;
  Prompt prompt_;

  // In the order in which they become known.
  std::optional<Settings> settings_;
  base::MonotonicTime deadline_;
  std::optional<Claim> claim_;
  policy::Memberships memberships_;
  std::optional<KnownRecord> record_;
  std::optional<crypto::PublicKey> login_key_;
  bool key_is_listed_ = false;
  std::optional<base::PersonName> login_person_;
  std::optional<policy::Decision> decision_;
  std::optional<ErrorCode> missing_;
  std::optional<statement::LoginNumber> number_;
  std::optional<statement::Challenge> challenge_;
};

}  // namespace

int decide_login(const Surroundings& around, Audit& audit, Prompt prompt) {
  Login login(around, audit, prompt);
  const auto admission = login.decide();
  if (!admission) {
    const ErrorCode reason = admission.error().code;
    audit.denied(admission.error());
    std::string text = user_text(reason, audit.challenge);
    if (reason == ErrorCode::denied_by_rule && !login.message().empty()) text.append("\n").append(login.message());
    around.port.tell(text);
    return pam_result(reason);
  }
  login.conclude(*admission);
  return PAM_SUCCESS;
}

int authenticate(const Surroundings& around) {
  around.port.unmark();
  Audit audit(around.sink, Audit::Phase::auth);
  return decide_login(around, audit, Prompt::possible);
}

}  // namespace countersign::pam
