// registry/records/record_builder.h: from what the store holds to what a record says, and back-checks before it is
// stored.
//
// Reported login keys are left out. Everything is parsed again on the way: a row that somebody else wrote into the
// database becomes an error, never a line in a record.
#pragma once

#include <cstdint>
#include <string>

#include "common/crypto/private_key.h"
#include "common/statement/record.h"
#include "registry/store/store.h"

namespace countersign::registry::records {

struct RecordStamp {
  std::uint64_t serial;
  base::Time issued;
  base::Time expires;
};

// bad_text, bad_public_key, …: a row that does not parse; key_has_both_roles and bad_statement as check_roles says.
base::Result<statement::RecordFields> record_fields(const store::UserContents& contents, const RecordStamp& stamp);

// One row as the record would hold it.
base::Result<statement::Approver> read_approver(const store::Approver& row);

// Would these contents make a record? Signs one and throws it away, so that every limit is the real one: too_large
// beyond 64 KiB, bad_statement beyond 256 login keys or 64 approvers.
base::Result<void> check_contents(const store::UserContents& contents, const crypto::PrivateKey& key);

// The signature of an approver statement, as the store keeps it.
base::Result<std::string> endorse(const statement::EndorsementFields& fields, const crypto::PrivateKey& key);

// An endorsed approver as the store keeps it.
store::Approver approver_row(const statement::EndorsementFields& fields, std::string endorsement, std::string label);

// An approver statement that somebody signed: verified with the key its signature names. Whether that key may endorse
// is decided by each host's signers file.
struct GivenEndorsement {
  statement::EndorsementFields fields;
  std::string endorsement;  // as the store keeps it
  std::string endorser;     // fingerprint
};
base::Result<GivenEndorsement> read_endorsement(std::string_view text);

}  // namespace countersign::registry::records
