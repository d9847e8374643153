// statement/challenge.h: the question a host asks, and the two signed texts that repeat it (PROTOCOL.md 4.3 to 4.5).
//
// An answer is its own receipt: it holds the whole challenge, and Reply::challenge_text() gives those bytes back, so
// "the same challenge" is equality of bytes.
#pragma once

#include <optional>
#include <string>
#include <variant>

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

// What an approver sends back for a challenge: an answer, or a trust, which is an answer that says more.
class Reply {
 public:
  // A text whose head names another kind than these two is read as an answer, and refused as one.
  static base::Result<Reply> parse(std::string_view text);

  [[nodiscard]] Kind kind() const { return trust() == nullptr ? Kind::answer : Kind::trust; }
  [[nodiscard]] const AnswerFields& answer() const;
  [[nodiscard]] const Trust* trust() const { return std::get_if<Trust>(&what_); }  // nullptr for a mere answer
  [[nodiscard]] const Statement& statement() const;
  [[nodiscard]] const sshsig::Signature& signature() const { return statement().signature().value(); }
  // The text of the challenge that is repeated here, byte for byte.
  [[nodiscard]] std::string challenge_text() const;
  [[nodiscard]] base::ChallengeId challenge_id() const;

 private:
  explicit Reply(std::variant<Answer, Trust> what) : what_(std::move(what)) {}
  std::variant<Answer, Trust> what_;
};

}  // namespace countersign::statement
