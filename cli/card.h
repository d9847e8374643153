// cli/card.h: one waiting login as a person sees it on a terminal, and what they may type about it.
//
// The same facts in the same order as on the phone: host first, then user, address, service, key and time. Pure
// functions; every text is clean for a terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/statement/challenge.h"

namespace countersign::cli {

struct Looks {
  bool bold = false;  // terminal attributes for the host's name
};

// The card without its time line, several lines.
std::string card_text(const statement::ChallengeFields& challenge, const Looks& looks);
// "    asked 12 s ago, 78 s left"
std::string time_line(const statement::ChallengeFields& challenge, base::Time now);
bool has_expired(const statement::ChallengeFields& challenge, base::Time now);

// "2 logins are waiting; this is the oldest." or nothing for one.
std::string count_line(std::size_t waiting);
std::string question(const statement::ChallengeFields& challenge);

struct Typed {
  enum class Kind { decision, leave, unclear };
  Kind kind = Kind::unclear;
  statement::Decision decision = statement::Decision::deny;
  std::optional<statement::LoginNumber> number = std::nullopt;
};

// Two digits (or "a" where no number is wanted) approve; "d" denies; "r" reports; an empty line leaves the card alone.
Typed parse_typed(std::string_view line, bool number_wanted);

}  // namespace countersign::cli
