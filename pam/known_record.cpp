#include "pam/known_record.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "pam/errand.h"

namespace countersign::pam {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// A cached record comes from disk; where the registry is asked instead, it has this long.
constexpr base::Milliseconds kRecordTime{2000};

}  // namespace

Result<void> KnownRecord::replace(std::string_view text) {
  const auto& host = settings_.host;
  const auto now = clock_.now();
  auto record = policy::verify_record(text,
                                      {user_, policy::HostIdentity{host.host.name, host.host.groups}, now,
                                       std::chrono::duration_cast<base::Seconds>(host.records.max_life)},
                                      settings_.signers);
  if (!record) return record.error();
  auto floor = policy::advance_floor(floor_, *record, now);
  if (!floor) return floor.error();
  if (auto held = machine_.hold_against_floor(settings_, *record, now); !held) return held.error();
  floor_ = std::move(*floor);
  record_.emplace(std::move(*record));
  return {};
}

Result<void> KnownRecord::find() {
  Error reason(ErrorCode::not_found);
  if (auto cached = machine_.load_cached_record(settings_, user_); cached) {
    auto done = replace(cached->text);
    if (done) return done;
    reason = done.error().within("cached record");
  } else if (cached.error().code != ErrorCode::not_found) {
    reason = cached.error();
  }
  auto fetched = confirm();
  if (fetched || reason.code == ErrorCode::not_found) return fetched;
  return reason;
}

Result<void> KnownRecord::confirm() {
  const auto until = std::min(deadline_, clock_.monotonic() + kRecordTime);
  std::optional<std::string> held;
  if (record_) held = record_->hash().str();
  const auto reply =
      run_errand(machine_, settings_, {host::CourierTask::record, user_, held, time_left(clock_, until), ""}, until);
  if (!reply) return reply.error();
  if (!record_ || reply->status != host::CourierStatus::unchanged) {
    if (reply->status != host::CourierStatus::ok) return no_statements(*reply);
    if (auto done = replace(reply->statements); !done) return done.error().within("the registry's record");
  }
  confirmed_ = true;
  return {};
}

}  // namespace countersign::pam
