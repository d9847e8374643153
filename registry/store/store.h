// registry/store/store.h: what the registry remembers, behind one interface, so that SQLite and PostgreSQL pass the
// same suite.
//
// Every method is one transaction: it happened wholly or not at all, and of two at once exactly one wins. Methods
// block; call them from worker threads, any number at a time. Values are returned, never references into the store.
// Nothing here judges a key or a signature: callers hand in what they have verified. Common errors: not_found,
// already_exists, io_error (the database said no); others stand at their method. Secrets never arrive: tokens come as
// hash32 of SHA-256.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/result.h"

namespace countersign::registry::store {

struct User {
  base::UserName name;
  std::string hosts;  // the record's `hosts` value: "*", or sorted names and @groups
  bool disabled = false;
  bool offline = false;       // records are signed elsewhere and imported; the registry signs none
  std::int64_t revision = 1;  // grows with every change of what the record would say
  base::Time created{};
};

struct LoginKey {
  std::string fingerprint;  // SHA256:…
  std::string key;          // TYPE BASE64
  std::string line;         // [OPTIONS ]TYPE BASE64, as the record says it
  std::optional<std::string> person;
  std::string label;  // for people; in no record
  base::Time added{};
  std::optional<base::Time> reported;  // taken out of the record by an approver's report
};

struct Approver {
  std::string fingerprint;
  std::string key;    // TYPE BASE64
  std::string level;  // passkey, hardware, ssh-key
  std::optional<std::string> person;
  std::string label;
  base::Time added{};
  std::string endorsement;  // base64 of the SSHSIG blob
};

// One consistent picture of what a record is made of.
struct UserContents {
  User user;
  std::vector<LoginKey> login_keys;  // in the order they were added
  std::vector<Approver> approvers;
};
// Runs inside the transaction that adds, on the contents as they would be; an error undoes the addition.
using ContentsCheck = std::function<base::Result<void>(const UserContents&)>;

struct Record {
  std::int64_t serial = 0;
  std::int64_t revision = 0;  // of the user, when it was signed
  base::Time issued{};
  base::Time expires{};
  std::string text;
};

struct Host {
  base::HostName name;
  std::vector<base::GroupName> groups;
  std::string token_hash;
  std::optional<base::Time> token_expires;
  base::Time created{};
};

enum class ChallengeState { posted, replaced, answered, withdrawn, expired };  // PROTOCOL.md section 8

struct Challenge {
  base::ChallengeId id;
  base::HostName host;
  base::UserName user;
  std::string login_key;  // fingerprint or "none"
  std::string address;
  std::string connection;  // or "none"
  std::string text;
  std::int64_t posted_ms = 0;    // Unix time
  std::int64_t deadline_ms = 0;  // it expires then, on the registry's clock
  ChallengeState state = ChallengeState::posted;
  std::string answer;  // when answered
};

struct PostLimits {
  std::size_t pending_per_source = 4;  // posted at once for one (host, user, login key, address)
};

struct Posted {
  std::vector<base::ChallengeId> replaced;  // whose waits must be woken
  bool repeated = false;                    // the very same challenge was posted already
};

struct Session {
  std::string token_hash;
  base::UserName user;
  std::string fingerprint;  // of the approver that opened it
  std::string nonce;        // of the statement that opened it, which counts once
  base::Time expires{};
};
inline constexpr std::size_t kSessionsPerApprover = 32;

enum class PairingState { open, enrolled, waiting, added, refused, expired };  // PROTOCOL.md section 9.4
std::string_view to_string(PairingState state);
bool is_final(PairingState state);

struct Pairing {
  std::string id;  // hash32 of the token
  base::UserName user;
  std::string levels;                 // those it takes, one space between two
  std::optional<std::string> person;  // of the approver it adds
  std::string label;
  std::optional<std::string> made_by;  // fingerprint of the approver whose change made it; else an administrator did
  std::int64_t deadline_ms = 0;        // Unix time
  PairingState state = PairingState::open;
  std::string enrolment;    // its text, once it came
  std::string fingerprint;  // of the key in it
};
// Open or enrolled at once, of one user: by each approver, and by the administrators together. One maker's count is not
// another's, so that none can keep the others from pairing.
inline constexpr std::size_t kPairingsPerMaker = 8;
inline constexpr std::int64_t kFailedEnrolments = 5;

// What goes with an approver that is removed.
struct Removal {
  struct Endorsed {
    std::string fingerprint;
    std::string endorsement;
  };
  std::vector<std::string> also;   // fingerprints of those that go, too
  std::vector<Endorsed> endorsed;  // those that stay and need another endorsement
};
// Runs inside the transaction that removes, on the contents before; an error undoes the removal.
using RemovalPlan = std::function<base::Result<Removal>(const UserContents&)>;

// Where an approver's phone can be woken (PROTOCOL.md section 9.6), as its browser gave it.
struct PushSubscription {
  base::UserName user;
  std::string fingerprint;  // of the approver
  std::string endpoint;
  std::string p256dh;
  std::string auth;
};

// An approver came or went: the user's others are to hear of it.
struct Notice {
  enum class What { approver_added, approver_removed };
  base::UserName user;
  What what = What::approver_added;
  std::string fingerprint;
  std::string label;  // may be empty
  base::Time at{};
};

class Store {
 public:
  virtual ~Store() = default;

  // Users. Adding and removing keys or approvers and set_* raise the user's revision.
  virtual base::Result<void> add_user(const User& user) = 0;
  virtual base::Result<User> user(const base::UserName& name) = 0;
  virtual base::Result<std::vector<User>> users() = 0;
  virtual base::Result<void> remove_user(const base::UserName& name) = 0;  // with all but the serial floor
  virtual base::Result<void> set_user_hosts(const base::UserName& name, const std::string& hosts) = 0;
  virtual base::Result<void> set_user_disabled(const base::UserName& name, bool disabled) = 0;
  virtual base::Result<UserContents> contents(const base::UserName& name) = 0;

  // already_exists for a key that the user has; key_has_both_roles when it stands in the other role.
  virtual base::Result<void> add_login_key(const base::UserName& name, const LoginKey& key,
                                           const ContentsCheck& check) = 0;
  virtual base::Result<void> remove_login_key(const base::UserName& name, const std::string& fingerprint) = 0;
  // Marks or clears `reported`; marking a reported key keeps the first time.
  virtual base::Result<void> set_login_key_reported(const base::UserName& name, const std::string& fingerprint,
                                                    std::optional<base::Time> when) = 0;
  virtual base::Result<void> add_approver(const base::UserName& name, const Approver& approver,
                                          const ContentsCheck& check) = 0;
  // With its sessions, and the pairings that it made and that have not ended.
  virtual base::Result<Removal> remove_approver(const base::UserName& name, const std::string& fingerprint,
                                                const RemovalPlan& plan) = 0;
  // Another endorsement (and `added`) for an approver with equal key, level and person; not_found when there is none.
  virtual base::Result<void> replace_endorsement(const base::UserName& name, const Approver& approver) = 0;

  // Records. A serial, once taken, is never given or accepted again, even after the user was removed.
  virtual base::Result<std::int64_t> take_serial(const base::UserName& name, std::int64_t now_unix_ms) = 0;
  virtual base::Result<Record> record(const base::UserName& name) = 0;  // the newest
  // record_rolled_back when a record with this or a higher serial is stored already.
  virtual base::Result<void> put_record(const base::UserName& name, const Record& record) = 0;
  // Stores a record signed elsewhere and makes the user (who need not exist) an offline one; record_rolled_back as
  // above, and for any serial that take_serial gave.
  virtual base::Result<void> import_record(const base::UserName& name, const std::string& hosts,
                                           const Record& record) = 0;

  // Hosts.
  virtual base::Result<void> add_host(const Host& host) = 0;  // already_exists, for the name or the token
  virtual base::Result<Host> host(const base::HostName& name) = 0;
  virtual base::Result<Host> host_by_token(const std::string& token_hash) = 0;
  virtual base::Result<std::vector<Host>> hosts() = 0;
  virtual base::Result<void> remove_host(const base::HostName& name) = 0;  // its posted challenges are withdrawn
  virtual base::Result<void> set_host_token(const base::HostName& name, const std::string& token_hash,
                                            std::optional<base::Time> expires) = 0;

  // Challenges; PROTOCOL.md section 8. Those whose deadline has passed by the store's clock are expired, whatever the
  // row says. quota_exceeded: pending_per_source is reached, or the source is in its quiet time.
  virtual base::Result<Posted> post_challenge(const Challenge& challenge, const PostLimits& limits) = 0;
  virtual base::Result<Challenge> challenge(const base::ChallengeId& id) = 0;
  virtual base::Result<std::vector<Challenge>> posted_challenges(const base::UserName& name) = 0;  // oldest first
  virtual base::Result<std::vector<Challenge>> posted_challenges() = 0;                            // everybody's
  // The ways out of posted. Who comes second gets already_answered, challenge_replaced, challenge_withdrawn or
  // challenge_expired.
  virtual base::Result<void> answer_challenge(const base::ChallengeId& id, const std::string& answer) = 0;
  // A report: an answer that also marks the challenge's login key as reported, both or neither. True: the user has that
  // key.
  virtual base::Result<bool> report_challenge(const base::ChallengeId& id, const std::string& answer,
                                              base::Time when) = 0;
  // `wrong_number` counts for an answered challenge too: that is where the host finds out.
  virtual base::Result<void> withdraw_challenge(const base::ChallengeId& id, bool wrong_number) = 0;
  virtual base::Result<void> forget_challenges(std::int64_t closed_before_ms) = 0;

  // Sessions. An expired one is not_found; a nonce that opened one before is already_exists. An approver's oldest
  // sessions make room for a new one of its own.
  virtual base::Result<void> add_session(const Session& session) = 0;
  virtual base::Result<Session> session(const std::string& token_hash) = 0;
  virtual base::Result<void> forget_sessions() = 0;  // the expired ones

  // Pairings; PROTOCOL.md section 9.4. One whose deadline has passed is expired, whatever the row says, and an hour
  // after its end it is not_found. What does not fit its state is already_answered or pairing_ended (pairing_error).
  // add_pairing: quota_exceeded above kPairingsPerMaker; not_an_approver when the one that makes it is gone.
  virtual base::Result<void> add_pairing(const Pairing& pairing) = 0;
  virtual base::Result<Pairing> pairing(const std::string& id) = 0;
  // The newest of the user that waits for an endorsement of this key.
  virtual base::Result<Pairing> waiting_pairing(const base::UserName& name, const std::string& fingerprint) = 0;
  virtual base::Result<void> enrol_pairing(const std::string& id, const std::string& enrolment,
                                           const std::string& fingerprint) = 0;
  // An enrolment that was no good; true when it was one too many and refused the pairing.
  virtual base::Result<bool> fail_enrolment(const std::string& id) = 0;
  virtual base::Result<void> await_endorsement(const std::string& id) = 0;  // from enrolled, for a day
  // Ends an enrolled or waiting pairing with its approver, both or neither. Errors as add_approver; key_mismatch for
  // another key than the one that enrolled.
  virtual base::Result<void> add_paired_approver(const std::string& id, const Approver& approver,
                                                 const ContentsCheck& check) = 0;
  virtual base::Result<void> refuse_pairing(const std::string& id) = 0;  // again is no error
  virtual base::Result<void> forget_pairings() = 0;                      // those that ended an hour ago

  // already_exists for a nonce that was used before, until an hour after it expired.
  virtual base::Result<void> use_nonce(const std::string& nonce, base::Time expires) = 0;

  // Push. An approver has one subscription at most, which goes with the approver, whoever removes that.
  virtual base::Result<void> put_push(const PushSubscription& subscription) = 0;  // in place of an earlier one
  virtual base::Result<void> remove_push(const base::UserName& name, const std::string& fingerprint) = 0;
  // Only if it still is this one: a newer may have come since. Neither not being there is an error.
  virtual base::Result<void> forget_push(const PushSubscription& subscription) = 0;
  virtual base::Result<std::vector<PushSubscription>> pushes(const base::UserName& name) = 0;
  // Every addition and removal of an approver leaves a notice, in the same transaction. Whoever takes notices, oldest
  // first, is the only one to have them.
  virtual base::Result<std::vector<Notice>> take_notices(std::size_t most) = 0;

  // The signature counter that an approver's authenticator showed last; the one before, or 0, comes back.
  virtual base::Result<std::uint32_t> swap_counter(const base::UserName& name, const std::string& fingerprint,
                                                   std::uint32_t counter) = 0;

  virtual base::Result<std::string> meta(const std::string& key) = 0;
  virtual base::Result<void> set_meta(const std::string& key, const std::string& value) = 0;
};

// The error that tells in which final state a challenge is. Not for posted.
base::Error closed_error(ChallengeState state);

// The error for what a pairing in this state does not take.
base::Error pairing_error(PairingState state);

}  // namespace countersign::registry::store
