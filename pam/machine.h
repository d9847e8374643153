// pam/machine.h: what a login asks of the machine, as an interface: configuration, accounts, files, the courier,
// chance.
//
// Everything that comes back is either trusted (settings, accounts, floors: root's own) or a claim that the login still
// verifies (records, replies). Tests and the fuzzer put their own machine in its place.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/config/host_config.h"
#include "common/host/account.h"
#include "common/host/courier_message.h"
#include "common/host/record_cache.h"
#include "common/keys/signers.h"
#include "common/policy/answer.h"
#include "common/policy/record.h"
#include "common/statement/values.h"

namespace countersign::pam {

struct Settings {
  config::HostConfig host;
  keys::Signers signers;
};

// One errand of a courier that is under way; destroying it withdraws what it posted.
class Courier {
 public:
  virtual ~Courier() = default;
  // Waits until the reply is whole. deadline_passed, courier_failed or bad_courier_message.
  virtual base::Result<host::CourierReply> await(base::MonotonicTime deadline) = 0;
};

class Machine {
 public:
  virtual ~Machine() = default;

  virtual base::Result<Settings> load_settings() = 0;
  virtual base::Result<host::Account> load_account(const std::string& name) = 0;
  // host::load_membership.
  virtual base::Result<bool> load_membership(const std::string& group, const host::Account& account) = 0;
  virtual statement::Hash32 random_nonce() = 0;
  virtual statement::LoginNumber random_number() = 0;

  // The record that the key helper has cached, unverified. not_found when there is none.
  virtual base::Result<host::CachedRecord> load_cached_record(const Settings& settings, const base::UserName& user) = 0;
  // policy::advance_floor against the floor on disk, which is raised where that is due. What policy says, or
  // io_error for a floor that does not parse. That a raised floor could not be written is logged, and is no error.
  virtual base::Result<void> hold_against_floor(const Settings& settings, const policy::VerifiedRecord& record,
                                                base::Time now) = 0;
  // Keeps the receipt; the caller logs a failure and goes on.
  virtual base::Result<void> keep_receipt(const Settings& settings, const policy::Approval& approval,
                                          base::Time now) = 0;

  // The trusts that were kept for this user and whose time is not over, unverified. What cannot be read is logged.
  virtual std::vector<std::string> load_trusts(const Settings& settings, const base::UserName& user,
                                               base::Time now) = 0;
  // Keeps the trust of an approval that gave one; the caller logs a failure and goes on.
  virtual base::Result<void> keep_trust(const Settings& settings, const statement::Trust& trust, base::Time now) = 0;

  virtual base::Result<std::unique_ptr<Courier>> start_courier(const Settings& settings,
                                                               const host::CourierRequest& request) = 0;
};

}  // namespace countersign::pam
