// statement/challenge.h: the question a host asks, and the two signed texts that repeat it (PROTOCOL.md 4.3 to 4.5).
//
// An Answer is its own receipt: it holds the whole challenge, and challenge_text() gives those bytes back, so "the same
// challenge" is equality of bytes.
#pragma once

#include <optional>
#include <string>

#include "common/statement/parsed.h"

namespace countersign::statement {

inline constexpr base::Seconds max_challenge_life{120};

struct ChallengeFields {
  static constexpr Kind kind = Kind::challenge;
  Hash32 nonce;
  base::Origin registry;
  base::HostName host;
  base::ServiceName service;
  base::UserName user;
  base::Address address;
  std::optional<Connection> connection;
  std::optional<Fingerprint> login_key;
  base::Time issued;
  base::Time expires;
  bool number_wanted;
  base::Seconds max_trust;

  static base::Result<ChallengeFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};

class Challenge : public Parsed<ChallengeFields> {
 public:
  static base::Result<Challenge> parse(std::string_view text) { return wrap(Parsed::parse(text)); }
  static base::Result<Challenge> make(const ChallengeFields& fields) { return wrap(Parsed::make(fields)); }
  [[nodiscard]] base::ChallengeId id() const;

 private:
  explicit Challenge(Parsed parsed) : Parsed(std::move(parsed)) {}
  static base::Result<Challenge> wrap(base::Result<Parsed> parsed) {
    if (!parsed) return parsed.error();
    return Challenge(std::move(*parsed));
  }
};

struct AnswerFields {
  static constexpr Kind kind = Kind::answer;
  ChallengeFields challenge;
  Decision decision;
  std::optional<LoginNumber> number;
  Via via;

  static base::Result<AnswerFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Answer = Parsed<AnswerFields>;

struct TrustFields {
  static constexpr Kind kind = Kind::trust;
  AnswerFields answer;
  base::Time until;
  HostOrGroup hosts;

  static base::Result<TrustFields> read(const Statement& statement);
  [[nodiscard]] std::string print_unsigned() const;
};
using Trust = Parsed<TrustFields>;

// The text of the challenge that an answer or a trust repeats, byte for byte, and its id.
std::string challenge_text(const Answer& answer);
std::string challenge_text(const Trust& trust);
base::ChallengeId challenge_id(const Answer& answer);

}  // namespace countersign::statement
