// Stand-ins for everything around a login: a clock that a test sets, a PAM application, and a machine whose registry
// answers as the test says.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pam/machine.h"
#include "pam/port.h"

namespace countersign::pam {

class FakeClock final : public base::Clock {
 public:
  base::Time time = *base::parse_time("2026-11-21T09:30:00Z");
  base::Milliseconds since_start{0};

  [[nodiscard]] base::Time now() const override { return time; }
  [[nodiscard]] std::int64_t now_unix_ms() const override { return time.time_since_epoch().count() * 1000; }
  [[nodiscard]] base::MonotonicTime monotonic() const override { return base::MonotonicTime(since_start); }
};

class FakePort final : public Port {
 public:
  std::optional<std::string> user_name = "alice";
  std::optional<std::string> service_name = "sshd";
  std::optional<std::string> rhost;
  std::optional<std::string> tty;
  std::map<std::string, std::string> variables;
  std::deque<std::string> typed;  // one line a prompt; an empty queue is a conversation that fails
  std::function<void()> while_prompting = [] {};
  std::vector<std::string> asked;
  std::vector<std::string> told;
  bool admitted = false;

  std::optional<std::string> user() override { return user_name; }
  std::optional<std::string> service() override { return service_name; }
  std::optional<std::string> remote_host() override { return rhost; }
  std::optional<std::string> terminal() override { return tty; }
  std::optional<std::string> environment(std::string_view name) override {
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }
  base::Result<base::SecretBytes> ask(std::string_view text) override {
    asked.emplace_back(text);
    while_prompting();
    if (typed.empty()) return {base::ErrorCode::prompt_failed, "the conversation failed"};
    const base::SecretBytes line(typed.front().begin(), typed.front().end());
    typed.pop_front();
    return line;
  }
  void tell(std::string_view text) override { told.emplace_back(text); }
  base::Result<void> mark_admitted() override {
    admitted = true;
    return {};
  }
  void unmark() override { admitted = false; }
  bool marked_admitted() override { return admitted; }
};

class FakeMachine final : public Machine {
 public:
  // What the courier brings back for a request.
  using Registry = std::function<base::Result<host::CourierReply>(const host::CourierRequest&)>;

  base::Result<Settings> settings{base::ErrorCode::bad_config, "no settings"};
  std::map<std::string, std::pair<uid_t, gid_t>> accounts{{"alice", {1000, 1000}}, {"root", {0, 0}}};
  std::map<std::string, std::set<std::string>> groups;  // name -> its members
  base::Result<std::string> cached{base::ErrorCode::not_found, "no cached record"};
  base::Time cache_confirmed = *base::parse_time("2026-11-21T09:29:50Z");
  std::optional<policy::Floor> floor;
  Registry registry = [](const host::CourierRequest&) -> base::Result<host::CourierReply> {
    return {base::ErrorCode::courier_failed, "no registry"};
  };
  std::optional<base::Error> receipts_fail;
  std::vector<host::CourierRequest> errands;
  int withdrawn = 0;  // errands that ended without being waited for
  std::vector<std::string> receipts;
  std::vector<std::string> trusts;

  base::Result<Settings> load_settings() override { return settings; }
  base::Result<host::Account> load_account(const std::string& name) override {
    const auto found = accounts.find(name);
    if (found == accounts.end()) return {base::ErrorCode::unknown_user, name};
    return host::Account{*base::UserName::parse(name), found->second.first, found->second.second};
  }
  base::Result<bool> load_membership(const std::string& group, const host::Account& account) override {
    const auto found = groups.find(group);
    if (found == groups.end()) return {base::ErrorCode::group_lookup_failed, group};
    return found->second.count(account.name.str()) != 0;
  }
  statement::Hash32 random_nonce() override { return statement::Hash32::of("nonce"); }
  statement::LoginNumber random_number() override { return *statement::LoginNumber::of(47); }
  base::Result<host::CachedRecord> load_cached_record(const Settings&, const base::UserName&) override {
    if (!cached) return cached.error();
    return host::CachedRecord{*cached, cache_confirmed, /*withdrawn=*/false};
  }
  base::Result<void> hold_against_floor(const Settings&, const policy::VerifiedRecord& record,
                                        base::Time now) override {
    auto raised = policy::advance_floor(floor, record, now);
    if (!raised) return raised.error();
    floor = *raised;
    return {};
  }
  base::Result<void> keep_receipt(const Settings&, const policy::Approval& approval, base::Time) override {
    if (receipts_fail) return *receipts_fail;
    receipts.push_back(approval.receipt());
    return {};
  }
  std::vector<std::string> load_trusts(const Settings&, const base::UserName&, base::Time) override { return trusts; }
  base::Result<void> keep_trust(const Settings&, const statement::Trust& trust, base::Time) override {
    if (receipts_fail) return *receipts_fail;
    trusts.push_back(trust.text());
    return {};
  }
  base::Result<std::unique_ptr<Courier>> start_courier(const Settings&, const host::CourierRequest& request) override {
    errands.push_back(request);
    return std::unique_ptr<Courier>(std::make_unique<Errand>(*this, request));
  }

 private:
  class Errand final : public Courier {
   public:
    Errand(FakeMachine& machine, host::CourierRequest request) : machine_(machine), request_(std::move(request)) {}
    ~Errand() override {
      if (!awaited_) ++machine_.withdrawn;
    }
    base::Result<host::CourierReply> await(base::MonotonicTime) override {
      awaited_ = true;
      return machine_.registry(request_);
    }

   private:
    FakeMachine& machine_;
    host::CourierRequest request_;
    bool awaited_ = false;
  };
};

}  // namespace countersign::pam
