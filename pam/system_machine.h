// pam/system_machine.h: the Machine that is this machine: /etc/countersign, the user database, the cache, the state
// directory and a real courier, run as the user that the configuration names.
#pragma once

#include <memory>
#include <string>

#include "common/host/groups.h"
#include "common/log/sink.h"
#include "pam/machine.h"

namespace countersign::pam {

class SystemMachine final : public Machine {
 public:
  // `sink` is borrowed, for faults that change no decision.
  explicit SystemMachine(log::Sink& sink, std::string config_path = std::string(config::kHostConfigPath))
      : sink_(sink), config_path_(std::move(config_path)) {}

  base::Result<Settings> load_settings() override;
  base::Result<host::Account> load_account(const std::string& name) override { return host::load_account(name); }
  base::Result<bool> load_membership(const std::string& group, const host::Account& account) override {
    return host::load_membership(group, account);
  }
  statement::Hash32 random_nonce() override { return statement::Hash32::random(); }
  statement::LoginNumber random_number() override { return statement::LoginNumber::random(); }
  base::Result<host::CachedRecord> load_cached_record(const Settings& settings, const base::UserName& user) override;
  base::Result<void> hold_against_floor(const Settings& settings, const policy::VerifiedRecord& record,
                                        base::Time now) override;
  base::Result<void> keep_receipt(const Settings& settings, const policy::Approval& approval, base::Time now) override;
  std::vector<std::string> load_trusts(const Settings& settings, const base::UserName& user, base::Time now) override;
  base::Result<void> keep_trust(const Settings& settings, const statement::Trust& trust, base::Time now) override;
  base::Result<std::unique_ptr<Courier>> start_courier(const Settings& settings,
                                                       const host::CourierRequest& request) override;

 private:
  log::Sink& sink_;
  std::string config_path_;
};

}  // namespace countersign::pam
