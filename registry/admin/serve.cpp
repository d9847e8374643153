#include <array>
#include <cstdlib>

#include "common/encoding/base64.h"
#include "registry/admin/command.h"
#include "registry/admin/notify.h"
#include "registry/admin/site.h"
#include "registry/net/server.h"
#include "registry/push/pusher.h"
#include "registry/routes/router.h"
#include "registry/store/sqlite_store.h"

namespace countersign::registry::admin {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHelp = R"(countersign-registry serve: serves hosts and approvers until SIGTERM or SIGINT.

Usage: countersign-registry serve [--config FILE]

Listens where the configuration says, with TLS where it names a certificate. Plain HTTP is served on loopback, or elsewhere
with behind_proxy: true. Started by root it binds, reads certificate and key, and then becomes the owner of the
database's directory. One log line an event on standard error. A service manager that wants to know when it is ready is
told (Type=notify). At the end of its life it answers those who wait, finishes what it began, for at most ten seconds (and
two for pushes), and exits with 0.

Example: countersign-registry serve --config /etc/countersign-registry/registry.yaml
)";

constexpr base::Milliseconds kTidyEvery{3'600'000};
constexpr std::int64_t kKeepChallengesMs = 24LL * 3600 * 1000;
static_assert(base::Milliseconds{kKeepChallengesMs} >= 2 * routes::kPostWindow);
constexpr unsigned kConnections = 6;  // workers, pushes, and one more

net::ServerOptions server_options(const config::RegistryConfig& config) {
  net::ServerOptions options;
  const bool v6 = config.listen.address.find(':') != std::string::npos;
  options.listen = {(v6 ? "[" + config.listen.address + "]" : config.listen.address) + ":" +
                    std::to_string(config.listen.port)};
  if (config.tls) options.tls = net::TlsFiles{config.tls->certificate, config.tls->key};
  options.behind_proxy = config.behind_proxy;
  options.limits.connections = static_cast<std::size_t>(config.limits.connections);
  options.limits.body_bytes = static_cast<std::size_t>(config.limits.body);
  return options;
}

routes::Settings route_settings(const config::RegistryConfig& config, const crypto::P256Key& vapid_key) {
  policy::PhoneExpectation phone;
  if (config.phone) phone = sshsig::WebauthnExpectation{config.phone->origin.str(), config.phone->rp_id};
  return routes::Settings{.url = config.url,
                          .phone = std::move(phone),
                          .vapid_key = encoding::base64url_encode(vapid_key.point().bytes()),
                          .push_services = {config.push.hosts, config.push.private_hosts, config.push.ca.value_or("")},
                          .challenge_max_life = config.challenge_max_life,
                          .pending_per_source = static_cast<std::size_t>(config.limits.pending_per_user),
                          .challenges_per_minute = static_cast<unsigned>(config.limits.challenges_per_minute),
                          .registry_endorses = config.registry_endorses};
}

records::RecordTimes record_times(const config::RegistryConfig& config, base::Time start) {
  return {std::chrono::duration_cast<base::Seconds>(config.records.life),
          std::chrono::duration_cast<base::Seconds>(config.records.resign_after), start};
}

// Everything that lives as long as the server serves. The store may go before it, but not before finish().
class Registry {
 public:
  Registry(const config::RegistryConfig& config, const base::Clock& clock, store::Store& store, crypto::PrivateKey key,
           const crypto::P256Key& vapid_key, net::Scheduler& scheduler, routes::Journal& journal)
      : clock_(clock),
        store_(store),
        scheduler_(scheduler),
        journal_(journal),
        settings_(route_settings(config, vapid_key)),
        records_(store, clock, std::move(key), record_times(config, clock.now()),
                 [&journal](const base::UserName& user, std::int64_t serial) {
                   journal.note(log::Event("record_signed").with("user", user.str()).with("serial", serial));
                 }),
        pusher_({store, records_, clock}, settings_.push_services, {vapid_key, config.push.contact, clock},
                [&journal](const push::PushEvent& event) { journal.push_event(event); }) {}

  // What another life of this registry left posted: its hosts have ten seconds to come back.
  Result<void> adopt() {
    const auto posted = store_.posted_challenges();
    if (!posted) return posted.error();
    for (const store::Challenge& challenge : *posted) {
      presence_.posted(challenge.id);
      routes::wake_at_deadline(context_, challenge);
    }
    return {};
  }

  void tidy() {
    const auto challenges = store_.forget_challenges(clock_.now_unix_ms() - kKeepChallengesMs);
    const auto sessions = store_.forget_sessions();
    const auto pairings = store_.forget_pairings();
    for (const auto* done : {&challenges, &sessions, &pairings}) {
      if (!*done) journal_.warn(log::Event("tidy_failed").with(done->error()));
    }
    scheduler_.after(kTidyEvery, [this] { tidy(); });
  }

  Result<void> start() { return pusher_.start(); }
  void finish() { pusher_.finish(); }

  void handle(const net::Request& request, net::Reply reply, const net::CancelToken& cancel) {
    routes::handle(request, std::move(reply), cancel, context_);
  }

 private:
  const base::Clock& clock_;
  store::Store& store_;
  net::Scheduler& scheduler_;
  routes::Journal& journal_;
  const routes::Settings settings_;
  records::RecordService records_;
  push::Pusher pusher_;
  routes::LocalHub hub_;
  routes::Presence presence_{scheduler_,
                             [this](const base::ChallengeId& id) { routes::withdraw_abandoned(context_, id); }};
  routes::Rates rates_{clock_, settings_};
  routes::Context context_{settings_, clock_, store_, records_, hub_, presence_, scheduler_, rates_, journal_, pusher_};
};

// A database that was moved to another signing key is worth a word: hosts must know the key before it signs.
Result<void> note_signing_key(store::Store& store, const crypto::PublicKey& key, routes::Journal& journal) {
  const auto before = store.meta("signing_key");
  if (!before && before.error().code != ErrorCode::not_found) return before.error();
  if (before && *before == key.fingerprint()) return {};
  journal.warn(
      log::Event("signing_key_changed").with("key", key.fingerprint()).with("before", before ? *before : "none"));
  return store.set_meta("signing_key", key.fingerprint());
}

Result<void> run_serve(const Options& options, const Streams&) {
  const auto config = load_config(options);
  if (!config) return config.error();
  const base::SystemClock clock;
  const bool journald =
      std::getenv("JOURNAL_STREAM") != nullptr;  // NOLINT: set by systemd; only the form of log lines depends on it
  log::StderrSink sink({.journal_prefix = journald, .clock = journald ? nullptr : &clock});
  routes::Journal journal(sink, clock);
  // The server comes first because it binds and reads the TLS key, which only root may; it is destroyed last, and no
  // request reaches the handler before run().
  std::unique_ptr<Registry> registry;
  auto server = net::Server::open(
      server_options(*config),
      [&registry](const net::Request& request, net::Reply reply, const net::CancelToken& cancel) {
        registry->handle(request, std::move(reply), cancel);
      },
      [&journal](const net::NetEvent& event) { journal.net_event(event); });
  if (!server) return server.error();
  if (auto became = become_owner_of(config->database); !became) return became;
  auto key = load_signing_key(*config);
  if (!key) return key.error();
  const auto vapid_key = load_or_make_vapid_key(*config);
  if (!vapid_key) return vapid_key.error();
  const auto store = store::SqliteStore::open(config->database, clock, kConnections);
  if (!store) return store.error();
  if (auto noted = note_signing_key(**store, key->public_key(), journal); !noted) return noted;
  const std::string fingerprint = key->public_key().fingerprint();
  registry =
      std::make_unique<Registry>(*config, clock, **store, *std::move(key), *vapid_key, (*server)->scheduler(), journal);
  if (auto adopted = registry->adopt(); !adopted) return adopted;
  registry->tidy();
  // The pusher's thread uses the store, which ends before the registry does.
  struct Finish {
    Registry& registry;
    ~Finish() { registry.finish(); }
  };
  const Finish at_the_end{*registry};
  if (auto started = registry->start(); !started) return started;
  journal.note(log::Event("registry_started")
                   .with("listen", config->listen.address + ":" + std::to_string((*server)->ports().front()))
                   .with("tls", config->tls.has_value())
                   .with("url", config->url.str())
                   .with("signing_key", fingerprint));
  notify_service_manager("READY=1");
  (*server)->run();
  registry->finish();
  journal.note(log::Event("registry_stopped"));
  return {};
}

constexpr std::array kOptions{kConfigOption};
constexpr std::array kCommands{Command{"serve", "serves hosts and approvers", kHelp, kOptions, {}, plain<run_serve>}};

}  // namespace

std::span<const Command> serve_commands() { return kCommands; }

}  // namespace countersign::registry::admin
