#include "pam/system_machine.h"

#include <utility>

#include "common/files/safe_read.h"
#include "common/host/courier_child.h"
#include "common/host/record_cache.h"
#include "common/log/event.h"
#include "pam/state.h"

namespace countersign::pam {
namespace {

using base::ErrorCode;
using base::Result;

class CourierProcess final : public Courier {
 public:
  explicit CourierProcess(host::CourierChild child) : child_(std::move(child)) {}
  Result<host::CourierReply> await(base::MonotonicTime deadline) override { return child_.await(deadline); }

 private:
  host::CourierChild child_;
};

Result<host::Account> courier_account(const Settings& settings) {
  auto account = host::load_account(settings.host.courier_user.str());
  if (!account) return account.error().within("courier.user");
  if (account->uid == 0) return {ErrorCode::bad_config, "courier.user: found root, allowed is any other user"};
  return account;
}

}  // namespace

Result<Settings> SystemMachine::load_settings() {
  auto host = config::load_host_config(config_path_);
  if (!host) return host.error();
  const auto text = files::read_safely(host->paths.signers, files::Rules{});
  if (!text) return text.error();
  auto signers = keys::Signers::parse(*text);
  if (!signers) return signers.error().within(host->paths.signers);
  return Settings{std::move(*host), std::move(*signers)};
}

Result<host::CachedRecord> SystemMachine::load_cached_record(const Settings& settings, const base::UserName& user) {
  const auto owner = courier_account(settings);
  if (!owner) return owner.error();
  auto record = host::RecordCache(settings.host.paths.cache, owner->uid).read(user);
  if (!record) return record.error();
  if (record->withdrawn) return {ErrorCode::record_unknown, "the registry has said that it knows no such user"};
  return record;
}

Result<void> SystemMachine::hold_against_floor(const Settings& settings, const policy::VerifiedRecord& record,
                                               base::Time now) {
  const auto held = StateDirectory(settings.host.paths.state).hold_against_floor(record, now);
  if (!held) return held.error();
  if (held->not_written) {
    log::Event("floor_not_written")
        .with("user", record->user.str())
        .with(*held->not_written)
        .write_to(sink_, log::Level::warning);
  }
  return {};
}

Result<void> SystemMachine::keep_receipt(const Settings& settings, const policy::Approval& approval, base::Time now) {
  return StateDirectory(settings.host.paths.state).keep_receipt(approval.challenge_id(), approval.receipt(), now);
}

std::vector<std::string> SystemMachine::load_trusts(const Settings& settings, const base::UserName& user,
                                                    base::Time now) {
  auto trusts = StateDirectory(settings.host.paths.state).load_trusts(user, now);
  if (trusts) return std::move(*trusts);
  log::Event("trust_not_read").with("user", user.str()).with(trusts.error()).write_to(sink_, log::Level::warning);
  return {};
}

Result<void> SystemMachine::keep_trust(const Settings& settings, const statement::Trust& trust, base::Time now) {
  return StateDirectory(settings.host.paths.state).keep_trust(trust, now);
}

Result<std::unique_ptr<Courier>> SystemMachine::start_courier(const Settings& settings,
                                                              const host::CourierRequest& request) {
  const auto account = courier_account(settings);
  if (!account) return account.error();
  auto child = host::CourierChild::start(
      {settings.host.paths.courier, config_path_, host::Identity{account->uid, account->gid}, /*inherit_stderr=*/false},
      request);
  if (!child) return child.error();
  return std::unique_ptr<Courier>(std::make_unique<CourierProcess>(std::move(*child)));
}

}  // namespace countersign::pam
