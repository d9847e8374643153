// registry/store/sqlite_impl.h: the class behind SqliteStore. Internal to store; its methods stand in sqlite_*.cpp by
// subject.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "registry/store/sqlite_db.h"
#include "registry/store/store.h"

namespace countersign::registry::store {

class SqliteImpl final : public Store {
 public:
  SqliteImpl(std::vector<std::unique_ptr<Database>> databases, const base::Clock& clock)
      : clock_(clock), databases_(std::move(databases)) {
    for (const auto& database : databases_) idle_.push_back(database.get());
  }

  base::Result<void> add_user(const User& user) override;
  base::Result<User> user(const base::UserName& name) override;
  base::Result<std::vector<User>> users() override;
  base::Result<void> remove_user(const base::UserName& name) override;
  base::Result<void> set_user_hosts(const base::UserName& name, const std::string& hosts) override;
  base::Result<void> set_user_disabled(const base::UserName& name, bool disabled) override;
  base::Result<UserContents> contents(const base::UserName& name) override;
  base::Result<void> add_login_key(const base::UserName& name, const LoginKey& key,
                                   const ContentsCheck& check) override;
  base::Result<void> remove_login_key(const base::UserName& name, const std::string& fingerprint) override;
  base::Result<void> set_login_key_reported(const base::UserName& name, const std::string& fingerprint,
                                            std::optional<base::Time> when) override;
  base::Result<void> add_approver(const base::UserName& name, const Approver& approver,
                                  const ContentsCheck& check) override;
  base::Result<Removal> remove_approver(const base::UserName& name, const std::string& fingerprint,
                                        const RemovalPlan& plan) override;
  base::Result<void> replace_endorsement(const base::UserName& name, const Approver& approver) override;

  base::Result<std::int64_t> take_serial(const base::UserName& name, std::int64_t now_unix_ms) override;
  base::Result<Record> record(const base::UserName& name) override;
  base::Result<void> put_record(const base::UserName& name, const Record& record) override;
  base::Result<void> import_record(const base::UserName& name, const std::string& hosts, const Record& record) override;

  base::Result<void> add_host(const Host& host) override;
  base::Result<Host> host(const base::HostName& name) override;
  base::Result<Host> host_by_token(const std::string& token_hash) override;
  base::Result<std::vector<Host>> hosts() override;
  base::Result<void> remove_host(const base::HostName& name) override;
  base::Result<void> set_host_token(const base::HostName& name, const std::string& token_hash,
                                    std::optional<base::Time> expires) override;

  base::Result<Posted> post_challenge(const Challenge& challenge, const PostLimits& limits) override;
  base::Result<Challenge> challenge(const base::ChallengeId& id) override;
  base::Result<std::vector<Challenge>> posted_challenges(const base::UserName& name) override;
  base::Result<std::vector<Challenge>> posted_challenges() override;
  base::Result<void> answer_challenge(const base::ChallengeId& id, const std::string& answer) override;
  base::Result<bool> report_challenge(const base::ChallengeId& id, const std::string& answer, base::Time when) override;
  base::Result<void> withdraw_challenge(const base::ChallengeId& id, bool wrong_number) override;
  base::Result<void> forget_challenges(std::int64_t closed_before_ms) override;

  base::Result<void> add_session(const Session& session) override;
  base::Result<Session> session(const std::string& token_hash) override;
  base::Result<void> forget_sessions() override;

  base::Result<void> add_pairing(const Pairing& pairing) override;
  base::Result<Pairing> pairing(const std::string& id) override;
  base::Result<Pairing> waiting_pairing(const base::UserName& name, const std::string& fingerprint) override;
  base::Result<void> enrol_pairing(const std::string& id, const std::string& enrolment,
                                   const std::string& fingerprint) override;
  base::Result<bool> fail_enrolment(const std::string& id) override;
  base::Result<void> await_endorsement(const std::string& id) override;
  base::Result<void> add_paired_approver(const std::string& id, const Approver& approver,
                                         const ContentsCheck& check) override;
  base::Result<void> refuse_pairing(const std::string& id) override;
  base::Result<void> forget_pairings() override;
  base::Result<void> use_nonce(const std::string& nonce, base::Time expires) override;

  base::Result<void> put_push(const PushSubscription& subscription) override;
  base::Result<void> remove_push(const base::UserName& name, const std::string& fingerprint) override;
  base::Result<void> forget_push(const PushSubscription& subscription) override;
  base::Result<std::vector<PushSubscription>> pushes(const base::UserName& name) override;
  base::Result<std::vector<Notice>> take_notices(std::size_t most) override;
  base::Result<std::uint32_t> swap_counter(const base::UserName& name, const std::string& fingerprint,
                                           std::uint32_t counter) override;

  base::Result<std::string> meta(const std::string& key) override;
  base::Result<void> set_meta(const std::string& key, const std::string& value) override;

 private:
  // A connection for the length of one method.
  class Lease {
   public:
    explicit Lease(SqliteImpl& owner);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Database* operator->() const { return database_; }
    Database& operator*() const { return *database_; }

   private:
    SqliteImpl& owner_;
    Database* database_;
  };

  base::Result<void> close_challenge(const base::ChallengeId& id, std::string_view state, const std::string& answer,
                                     bool wrong_number);

  const base::Clock& clock_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Database>> databases_;
  std::vector<Database*> idle_;
};

// Shared by the subjects.
base::Result<User> read_user(Database& database, const base::UserName& name);
// All of an addition but the commit.
base::Result<void> insert_approver(Database& database, const base::UserName& name, const Approver& approver,
                                   const ContentsCheck& check);
std::optional<std::string> optional_text(const Query& query, int column);
base::Result<void> raise_revision(Database& database, const base::UserName& name);
std::int64_t seconds(base::Time time);
base::Time time_of(std::int64_t seconds);
std::optional<std::int64_t> seconds(const std::optional<base::Time>& time);
std::optional<base::Time> optional_time(const Query& query, int column);
base::Error broken_row(const base::Error& error);  // what is stored does not parse: somebody else wrote it

}  // namespace countersign::registry::store
