#include "registry/records/removal.h"

#include <algorithm>
#include <functional>
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

// Where the chain of endorsements that `fingerprint` stands on leaves the record; in a circle, anywhere in it.
std::string root_of(const std::string& fingerprint, const Endorsers& endorsers) {
  std::string root = fingerprint;
  for (std::size_t steps = 0; steps <= endorsers.size(); ++steps) {
    const auto found = std::find_if(endorsers.begin(), endorsers.end(),
                                    [&](const auto& each) { return each.first->fingerprint == root; });
    if (found == endorsers.end()) break;
    root = found->second;
  }
  return root;
}

// An endorsement that holds while its endorser stands in the record (PROTOCOL.md section 4.2).
bool counts_by(const store::Approver& endorser, const store::Approver& row) {
  const bool raised = endorser.level == "ssh-key" && row.level != "ssh-key";
  return row.person == endorser.person && row.fingerprint != endorser.fingerprint && !raised;
}

using IsTakenOver = std::function<bool(const store::Approver&, const std::string& endorser)>;

// Those that only the removed one vouched for, directly or by others that it vouched for, and that nobody takes over.
std::set<std::string> dependents_of(const std::string& fingerprint, const Endorsers& endorsers,
                                    const IsTakenOver& is_taken_over) {
  std::set<std::string> gone{fingerprint};
  for (std::size_t before = 0; before != gone.size();) {
    before = gone.size();
    for (const auto& [row, endorser] : endorsers) {
      if (gone.contains(endorser) && !is_taken_over(*row, endorser)) gone.insert(row->fingerprint);
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

Result<const store::Approver*> row_of(const store::UserContents& contents, const std::string& fingerprint) {
  const auto& all = contents.approvers;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.fingerprint == fingerprint; });
  if (found == all.end()) return Error(ErrorCode::not_found, "no approver " + fingerprint);
  return &*found;
}

Result<void> check_last(const store::UserContents& contents, const store::Approver& removed,
                        const store::Removal& removal, LastApprover last) {
  const auto& all = contents.approvers;
  const bool somebody = std::any_of(all.begin(), all.end(), [&](const store::Approver& row) {
    const bool goes = std::find(removal.also.begin(), removal.also.end(), row.fingerprint) != removal.also.end();
    return row.fingerprint != removed.fingerprint && !goes && row.person == removed.person;
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
    const auto removed = row_of(contents, fingerprint);
    if (!removed) return removed.error();
    const auto endorsers = endorsers_in(contents);
    if (!endorsers) return endorsers.error();
    const bool takes_over =
        rules.registry_endorses && root_of(fingerprint, *endorsers) == key.public_key().fingerprint();
    const auto is_taken_over = [&](const store::Approver& row, const std::string& endorser) {
      return takes_over && endorser == fingerprint && counts_by(**removed, row);
    };
    store::Removal removal;
    for (const std::string& gone : dependents_of(fingerprint, *endorsers, is_taken_over)) removal.also.push_back(gone);
    for (const auto& [row, endorser] : *endorsers) {
      if (!is_taken_over(*row, endorser)) continue;
      auto endorsement = endorse_anew(contents, *row, key);
      if (!endorsement) return endorsement.error();
      removal.endorsed.push_back({row->fingerprint, *std::move(endorsement)});
    }
    if (auto fits = check_last(contents, **removed, removal, rules.last); !fits) return fits.error();
    return removal;
  };
}

}  // namespace countersign::registry::records
