#include "pam/login.h"

#include <security/pam_modules.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/policy/trust.h"
#include "common/statement/bundle.h"
#include "common/statement/challenge.h"
#include "pam/audit.h"
#include "pam/auth_info.h"
#include "pam/conversation.h"
#include "pam/outcome.h"
#include "pam/typed_line.h"

namespace countersign::pam {
namespace {

using base::Error;
using base::ErrorCode;
using base::Milliseconds;
using base::Result;

// A cached record comes from disk; where there is none, one errand may fetch it, within this time.
constexpr Milliseconds kRecordTime{2000};
constexpr Milliseconds kReportTime{2000};
// The courier ends before we do, so that its own reason arrives.
constexpr Milliseconds kCourierEndsEarlier{500};

constexpr const char* kRootDetail =
    "no rule lets root in; such a rule also needs sshd's PermitRootLogin yes, since with prohibit-password an approval "
    "makes sshd abort";

class Login {
 public:
  Login(const Surroundings& around, Audit& audit)
      : port_(around.port), machine_(around.machine), clock_(around.clock), audit_(audit) {}

  // The order is the promise: nothing is sent before a login key is proven and known.
  Result<policy::Approval> decide() {
    if (auto done = load_settings(); !done) return done.error();
    if (auto done = identify(); !done) return done.error();
    if (auto done = require_key(); !done) return done.error();
    if (account_->uid == 0) return {ErrorCode::root_not_allowed, kRootDetail};
    if (auto done = find_record(); !done) return done.error();
    if (auto done = find_login_key(); !done) return done.error();
    auto trusted = find_trust();
    if (!trusted) return trusted.error();
    if (*trusted) return std::move(**trusted);
    if (auto done = make_challenge(); !done) return done.error();
    auto reply = ask();
    if (!reply) return reply.error();
    auto approval = judge(*reply);
    if (!approval && approval.error().code == ErrorCode::wrong_number) report_wrong_number();
    return approval;
  }

  // After an approval.
  void conclude(const policy::Approval& approval) {
    if (auto marked = port_.mark_admitted(); !marked) audit_.warn(marked.error());
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
    const auto user = port_.user();
    if (!user) return {ErrorCode::unknown_user, "PAM has no user"};
    audit_.user = *user;
    auto account = machine_.load_account(*user);
    if (!account) return account.error();
    account_.emplace(std::move(*account));

    auto service = base::ServiceName::parse(port_.service().value_or(""));
    if (!service) return service.error().within("PAM_SERVICE");
    service_.emplace(std::move(*service));
    audit_.service = service_->str();

    if (const auto text = port_.environment("SSH_CONNECTION")) {
      auto connection = statement::Connection::normalize(*text);
      if (!connection) return connection.error().within("SSH_CONNECTION");
      connection_.emplace(std::move(*connection));
      address_ = connection_->client();
    } else if (auto address = base::Address::normalize(port_.remote_host().value_or("")); address) {
      address_ = std::move(*address);  // a name is no address, and no resolver is asked
    }
    audit_.address = address_.str();
    return {};
  }

  Result<void> require_key() {
    const auto text = port_.environment("SSH_AUTH_INFO_0");
    if (!connection_) {
      // A variable that is missing must not be what drops the demand for a key.
      if (text || port_.terminal() == "ssh") return {ErrorCode::no_publickey, "sshd, but SSH_CONNECTION is not set"};
      return {};  // another service, which knows no login key
    }
    if (!text) return {ErrorCode::no_publickey, "SSH_AUTH_INFO_0 is not set"};
    auto info = parse_auth_info(*text);
    if (!info) return info.error();
    if (info->keys.empty()) return {ErrorCode::no_publickey, "SSH_AUTH_INFO_0 holds no publickey line"};
    proven_keys_ = std::move(info->keys);
    audit_.login_key = proven_keys_.front().fingerprint();
    return {};
  }

  Result<policy::VerifiedRecord> accept(std::string_view text) {
    const auto& host = settings_->host;
    const auto now = clock_.now();
    auto record = policy::verify_record(text,
                                        {account_->name, policy::HostIdentity{host.host.name, host.host.groups}, now,
                                         std::chrono::duration_cast<base::Seconds>(host.records.max_life)},
                                        settings_->signers);
    if (!record) return record.error();
    // Against what this login has seen, and against what all logins have.
    auto floor = policy::advance_floor(floor_, *record, now);
    if (!floor) return floor.error();
    if (auto held = machine_.hold_against_floor(*settings_, *record, now); !held) return held.error();
    floor_ = std::move(*floor);
    return record;
  }

  // The cached record; where that cannot be used, the registry's. A cache that a full disk lost must not cost a login.
  Result<void> find_record() {
    Error reason(ErrorCode::not_found);
    if (auto cached = machine_.load_cached_record(*settings_, account_->name); cached) {
      auto record = accept(cached->text);
      if (record) {
        record_.emplace(std::move(*record));
        return {};
      }
      reason = record.error().within("cached record");
    } else if (cached.error().code != ErrorCode::not_found) {
      reason = cached.error();
    }
    auto fetched = fetch_record();
    if (fetched || reason.code == ErrorCode::not_found) return fetched;
    return reason;
  }

  // The registry's word on the record, within kRecordTime: a new one, or that the one we hold is current.
  Result<void> fetch_record() {
    const auto until = std::min(deadline_, clock_.monotonic() + kRecordTime);
    std::optional<std::string> held;
    if (record_) held = record_->hash().str();
    const auto reply = send({host::CourierTask::record, account_->name, held, time_left(until), ""}, until);
    if (!reply) return reply.error();
    if (!record_ || reply->status != host::CourierStatus::unchanged) {
      if (reply->status != host::CourierStatus::ok) return no_statements(*reply);
      auto record = accept(reply->statements);
      if (!record) return record.error().within("the registry's record");
      record_.emplace(std::move(*record));
    }
    record_is_confirmed_ = true;
    return {};
  }

  Result<void> find_login_key() {
    if (!connection_) return {};
    const auto listed = std::find_if(proven_keys_.begin(), proven_keys_.end(),
                                     [&](const auto& key) { return record_->fields().login_key(key) != nullptr; });
    if (listed == proven_keys_.end()) {
      return {ErrorCode::key_not_in_record, "the record lists another key than the one sshd has verified"};
    }
    login_key_ = *listed;
    login_person_ = record_->fields().login_key(*login_key_)->person;
    audit_.login_key = login_key_->fingerprint();
    return {};
  }

  // What an approver has said of logins like this one; nothing where the question is still to be asked.
  Result<std::optional<policy::Approval>> find_trust() {
    const std::optional<policy::Approval> none;
    const auto longest = std::chrono::duration_cast<base::Seconds>(settings_->host.challenge.max_trust);
    if (!login_key_ || longest <= base::Seconds(0)) return none;
    const auto kept = machine_.load_trusts(*settings_, account_->name, clock_.now());
    for (const std::string& text : kept) {
      auto approval = judge_trust(text, longest);
      if (approval && !record_is_confirmed_) {
        // The cache is in the courier's hands, its times too: only what the registry says now can end a trust in time.
        if (auto fetched = fetch_record(); !fetched) {
          audit_.warn(fetched.error().within("no trust counts without the registry"));
          return none;
        }
        if (auto still = find_login_key(); !still) return still.error();
        approval = judge_trust(text, longest);
      }
      if (approval) return std::optional(std::move(*approval));
      const bool elsewhere = approval.error().code == ErrorCode::trust_does_not_fit;
      if (!elsewhere) audit_.warn(approval.error().within("a kept trust"));
    }
    return none;
  }

  [[nodiscard]] Result<policy::Approval> judge_trust(std::string_view text, base::Seconds longest) const {
    return policy::authorize_trust(
        text,
        {account_->name, settings_->host.host.name, *service_, statement::Fingerprint::of(login_key_->blob()), address_,
         login_person_, accepted_levels(), phone(), longest, clock_.now()},
        *record_, settings_->signers);
  }

  [[nodiscard]] policy::Levels accepted_levels() const {
    const auto& levels = settings_->host.challenge.levels;
    return {levels.begin(), levels.end()};
  }

  [[nodiscard]] policy::PhoneExpectation phone() const {
    const auto& phone = settings_->host.phone;
    if (!phone) return std::nullopt;
    return sshsig::WebauthnExpectation{phone->origin.str(), phone->rp_id, phone->synced};
  }

  Result<void> make_challenge() {
    const auto& host = settings_->host;
    const auto now = clock_.now();
    if (host.challenge.number) number_ = machine_.random_number();
    std::optional<statement::Fingerprint> fingerprint;
    if (login_key_) fingerprint = statement::Fingerprint::of(login_key_->blob());
    auto challenge = statement::Challenge::make(
        {machine_.random_nonce(), host.registry.url, host.host.name, *service_, account_->name, address_, connection_,
         fingerprint, now, now + std::chrono::duration_cast<base::Seconds>(host.challenge.timeout), number_.has_value(),
         std::chrono::duration_cast<base::Seconds>(host.challenge.max_trust)});
    if (!challenge) return challenge.error();
    challenge_.emplace(std::move(*challenge));
    audit_.challenge = challenge_->id().str();
    return {};
  }

  // The courier is on its way before the prompt comes up, and is withdrawn when this returns without its reply.
  Result<host::CourierReply> ask() {
    auto courier =
        machine_.start_courier(*settings_, {host::CourierTask::challenge, account_->name, record_->hash().str(),
                                            time_left(deadline_ - kCourierEndsEarlier), challenge_->text()});
    if (!courier) return courier.error();
    if (auto entered = prompt(); !entered) return entered.error();
    return (*courier)->await(deadline_);
  }

  Result<void> prompt() {
    const Question question{account_->name.str(), settings_->host.host.name.str(), address_.str(),
                            number_ ? number_->str() : "", link()};
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

  Result<host::CourierReply> send(const host::CourierRequest& request, base::MonotonicTime until) {
    auto courier = machine_.start_courier(*settings_, request);
    if (!courier) return courier.error();
    return (*courier)->await(until);
  }

  Result<policy::Approval> judge(const host::CourierReply& reply) {
    if (reply.status != host::CourierStatus::ok) return no_statements(reply);
    const auto pieces = statement::split_bundle(reply.statements);
    if (!pieces) return pieces.error().within("reply");
    if (pieces->size() != 2) return {ErrorCode::bad_courier_message, "not an answer and a record"};

    // The newest record decides: who was an approver a minute ago may be none now, and the login key likewise.
    auto record = accept((*pieces)[1]);
    if (!record) return record.error().within("the reply's record");
    record_.emplace(std::move(*record));
    const auto* listed = login_key_ ? record_->fields().login_key(*login_key_) : nullptr;
    if (listed != nullptr) login_person_ = listed->person;

    auto approval =
        policy::authorize_answer((*pieces)[0],
                                 {*challenge_, clock_.monotonic() >= deadline_,
                                  number_ ? policy::NumberCheck::shown(*number_) : policy::NumberCheck::none_wanted(),
                                  statement::Via::registry, login_person_, accepted_levels(), phone(), clock_.now()},
                                 *record_, settings_->signers);
    // After the answer: a report has taken the login key out of the record, and is to be told as what it is.
    if (approval && login_key_ && listed == nullptr) {
      return {ErrorCode::key_not_in_record, "the login key was taken out of the record meanwhile"};
    }
    return approval;
  }

  // The registry never learns the number, so it counts wrong ones by our word.
  void report_wrong_number() {
    const auto until = clock_.monotonic() + kReportTime;
    const auto told = send(
        {host::CourierTask::wrong_number, account_->name, std::nullopt, time_left(until), challenge_->text()}, until);
    if (!told) {
      audit_.warn(told.error().within("the registry was not told of the wrong number"));
    } else if (told->status != host::CourierStatus::ended) {
      audit_.warn(no_statements(*told).within("the registry was not told of the wrong number"));
    }
  }

  static Error no_statements(const host::CourierReply& reply) {
    return {reply.reason.value_or(ErrorCode::bad_courier_message), reply.detail};
  }

  [[nodiscard]] Milliseconds time_left(base::MonotonicTime until) const {
    const auto left = std::chrono::duration_cast<Milliseconds>(until - clock_.monotonic());
    return std::clamp(left, Milliseconds(1), host::kMaxCourierDeadline);
  }

  Port& port_;
  Machine& machine_;
  const base::Clock& clock_;
  Audit& audit_;

  // In the order in which they become known.
  std::optional<Settings> settings_;
  base::MonotonicTime deadline_;
  std::optional<Account> account_;
  std::optional<base::ServiceName> service_;
  std::optional<statement::Connection> connection_;  // there exactly when sshd asks
  base::Address address_ = base::Address::console();
  std::vector<crypto::PublicKey> proven_keys_;
  std::optional<policy::Floor> floor_;
  std::optional<policy::VerifiedRecord> record_;
  bool record_is_confirmed_ = false;  // by the registry, to this very login
  std::optional<crypto::PublicKey> login_key_;
  std::optional<base::PersonName> login_person_;
  std::optional<statement::LoginNumber> number_;
  std::optional<statement::Challenge> challenge_;
};

}  // namespace

int authenticate(const Surroundings& around) {
  around.port.unmark();
  Audit audit(around.sink, Audit::Phase::auth);
  Login login(around, audit);
  const auto approval = login.decide();
  if (!approval) {
    audit.denied(approval.error());
    around.port.tell(user_text(approval.error().code, audit.challenge));
    return pam_result(approval.error().code);
  }
  login.conclude(*approval);
  return PAM_SUCCESS;
}

}  // namespace countersign::pam
