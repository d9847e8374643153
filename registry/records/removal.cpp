#include "registry/records/removal.h"

#include <algorithm>
#include <set>

#include "common/encoding/base64.h"
#include "registry/records/record_builder.h"

namespace countersign::registry::records {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Fingerprint of the key that made an approver's endorsement.
Result<std::string> endorser_of(const store::Approver& row) {
  const auto blob = encoding::base64_decode(row.endorsement);
  if (!blob) return blob.error().within("approver " + row.fingerprint);
  const auto signature = sshsig::parse_signature(*blob);
  if (!signature) return signature.error().within("approver " + row.fingerprint);
  return crypto::fingerprint(signature->public_key);
}

using Endorsers = std::vector<std::pair<const store::Approver*, std::string>>;

Result<Endorsers> endorsers_in(const store::UserContents& contents) {
  Endorsers all;
  for (const store::Approver& row : contents.approvers) {
    auto endorser = endorser_of(row);
    if (!endorser) return endorser.error();
    all.emplace_back(&row, *std::move(endorser));
  }
  return all;
}

// Those that only the removed one vouched for, directly or by others that it vouched for.
std::set<std::string> dependents_of(const std::string& fingerprint, const Endorsers& endorsers) {
  std::set<std::string> gone{fingerprint};
  for (std::size_t before = 0; before != gone.size();) {
    before = gone.size();
    for (const auto& [row, endorser] : endorsers) {
      if (gone.contains(endorser)) gone.insert(row->fingerprint);
    }
  }
  gone.erase(fingerprint);
  return gone;
}

Result<std::string> endorse_anew(const store::UserContents& contents, const store::Approver& row,
                                 const crypto::PrivateKey& key) {
  const auto approver = read_approver(row);
  if (!approver) return approver.error();
  return endorse({contents.user.name, approver->person, approver->key, approver->level, approver->added}, key);
}

Result<void> check_last(const store::UserContents& contents, const std::string& fingerprint,
                        const store::Removal& removal, LastApprover last) {
  const auto& all = contents.approvers;
  const auto removed =
      std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.fingerprint == fingerprint; });
  if (removed == all.end()) return Error(ErrorCode::not_found, "no approver " + fingerprint);
  const bool somebody = std::any_of(all.begin(), all.end(), [&](const store::Approver& row) {
    const bool goes = std::find(removal.also.begin(), removal.also.end(), row.fingerprint) != removal.also.end();
    return row.fingerprint != fingerprint && !goes && row.person == removed->person;
  });
  if (last == LastApprover::refuse && !somebody) {
    return Error(ErrorCode::registry_refused, "the last approver: without it nobody can approve a login");
  }
  if (last == LastApprover::require && somebody) {
    return Error(ErrorCode::registry_refused, "not the last approver");
  }
  return {};
}

}  // namespace

store::RemovalPlan removal_plan(const std::string& fingerprint, const RemovalRules& rules,
                                const crypto::PrivateKey& key) {
  return [fingerprint, rules, &key](const store::UserContents& contents) -> Result<store::Removal> {
    const auto endorsers = endorsers_in(contents);
    if (!endorsers) return endorsers.error();
    store::Removal removal;
    if (!rules.registry_endorses) {
      const auto gone = dependents_of(fingerprint, *endorsers);
      removal.also.assign(gone.begin(), gone.end());
    }
    for (const auto& [row, endorser] : *endorsers) {
      if (!rules.registry_endorses || endorser != fingerprint || row->fingerprint == fingerprint) continue;
      auto endorsement = endorse_anew(contents, *row, key);
      if (!endorsement) return endorsement.error();
      removal.endorsed.push_back({row->fingerprint, *std::move(endorsement)});
    }
    if (auto fits = check_last(contents, fingerprint, removal, rules.last); !fits) return fits.error();
    return removal;
  };
}

}  // namespace countersign::registry::records
