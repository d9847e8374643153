// pam/state.h: what the module keeps on disk (PROTOCOL.md section 11): floors, receipts and trusts below paths.state,
// all root's and for nobody else.
//
// A floor only rises: reading, comparing and writing happen under a lock, so that of two logins at once the later
// writer cannot put back what the earlier one raised. Losing a write loses no login: who cannot write says so and goes
// on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/files/safe_read.h"
#include "common/policy/record.h"
#include "common/statement/challenge.h"

namespace countersign::pam {

// More of one user's at a time are not kept: each is read at each login.
inline constexpr std::size_t kMostTrusts = 32;

class StateDirectory {
 public:
  explicit StateDirectory(std::string path, std::string trusted_base = "/");

  struct Held {
    std::optional<base::Error> not_written;  // the record counts, but the floor could not be raised on disk
  };
  // What policy::advance_floor says against the floor on disk; io_error for a floor that does not parse,
  // unsafe_file for one that others could have written.
  base::Result<Held> hold_against_floor(const policy::VerifiedRecord& record, base::Time now) const;

  base::Result<void> keep_receipt(const base::ChallengeId& id, std::string_view answer, base::Time now) const;

  // Those whose time is not over, in the order in which they end. Nobody's trusts are an empty list.
  base::Result<std::vector<std::string>> load_trusts(const base::UserName& user, base::Time now) const;
  // Takes away those whose time is over; io_error when kMostTrusts are left.
  base::Result<void> keep_trust(const statement::Trust& trust, base::Time now) const;

 private:
  base::Result<void> make_directory(const std::string& path) const;
  std::string path_;
  files::Rules rules_;
};

}  // namespace countersign::pam
