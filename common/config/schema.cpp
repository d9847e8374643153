#include "common/config/schema.h"

#include <algorithm>
#include <array>

namespace countersign::config {
namespace {

constexpr auto required = Need::required;
constexpr auto optional = Need::optional;
constexpr auto defaulted = Need::defaulted;

constexpr std::array kHost{
    Setting{"host.name", Type::host_name, required, "web-01", "", "",
            "The name under which the registry knows this host. It is this setting, never the machine's own name."},
    Setting{"host.groups", Type::group_list, defaulted, "[]", "", "",
            "The groups this host belongs to; a record for @web counts on every host that lists web here."},
    Setting{"registry.url", Type::origin, required, "https://registry.example.com", "", "",
            "The registry's origin. Plain http only for localhost, 127.0.0.1 and [::1], with a port."},
    Setting{"registry.token", Type::path, defaulted, "/etc/countersign/token", "", "",
            "The file with this host's token, not readable by everybody. Only the courier reads it."},
    Setting{"registry.ca", Type::path, optional, "/etc/countersign/ca.pem", "", "",
            "Certificates (PEM) that may vouch for the registry, instead of the system's."},
    Setting{"phone.origin", Type::phone_origin, optional, "https://phone.example.com", "", "",
            "The origin of the web app that approves. Without it no passkey is accepted."},
    Setting{"phone.rp_id", Type::host_name, optional, "phone.example.com", "", "",
            "The passkeys' relying party: the host of phone.origin, which it also is when left out."},
    Setting{"phone.synced", Type::permission, defaulted, "allow", "", "",
            "Whether passkeys count that a phone's maker copies between devices, as most phones' are. With refuse only "
            "those that never leave one device do."},
    Setting{"challenge.timeout", Type::duration, defaulted, "90s", "10s", "115s",
            "How long a login waits for an answer. It stays below sshd's LoginGraceTime (120 s)."},
    Setting{"challenge.number", Type::boolean, defaulted, "true", "", "",
            "Whether the person must type on the phone the number that the terminal shows."},
    Setting{"challenge.link", Type::boolean, defaulted, "true", "", "",
            "Whether the prompt also shows an address below phone.origin, at which the login can be approved in any "
            "browser."},
    Setting{"challenge.max_trust", Type::duration, defaulted, "0s", "0s", "7d",
            "The longest time an approver may trust later logins with equal service, key and address. 0s: not at all."},
    Setting{"challenge.levels", Type::level_list, defaulted, "[passkey, hardware]", "", "",
            "The kinds of approver key that count. An empty list means nobody."},
    Setting{"records.fresh", Type::duration, defaulted, "60s", "1s", "10m",
            "How long a record from the cache counts as current without asking the registry."},
    Setting{"records.max_life", Type::duration, defaulted, "7d", "1m", "30d",
            "Records that claim to be valid for longer are refused. It bounds how long a revoked key can live on."},
    Setting{"paths.signers", Type::path, defaulted, "/etc/countersign/signers", "", "",
            "The keys that may sign records and endorse approvers, as an allowed_signers file."},
    Setting{"paths.cache", Type::path, defaulted, "/var/cache/countersign", "", "",
            "Where the key helper keeps records. It belongs to courier.user."},
    Setting{"paths.state", Type::path, defaulted, "/var/lib/countersign", "", "",
            "Where the module keeps receipts and the highest serial it accepted. It belongs to root."},
    Setting{"paths.courier", Type::path, defaulted, "/usr/libexec/countersign/countersign-courier", "", "",
            "The program that speaks to the registry."},
    Setting{"courier.user", Type::user_name, defaulted, "countersign", "", "",
            "The user the courier and the key helper run as."},
    Setting{
        "rules", Type::rules, optional, R"(
  - match: { users: [deploy], login_keys: ["SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"], from: [10.0.0.0/8] }
    then: allow
  - match: { groups: [contractors] }
    then: challenge
    max_trust: 0s)",
        "", "",
        "Who is asked, let in unasked, or denied: from the top, the first rule that matches decides, and where none "
        "does the login is a challenge. All keys of a rule stand in countersign.yaml(5)."},
    Setting{"bastions", Type::bastions, optional, R"(
  - { name: bastion-01, addresses: [192.0.2.5] })",
            "", "",
            "Relays through which people come: the prompt names them, and behind their addresses nobody is trusted for "
            "later logins unless a rule says trust_bastions."},
};

constexpr std::array kRule{
    Setting{"match.users", Type::user_list, optional, "[deploy]", "", "", "The user is one of these."},
    Setting{"match.groups", Type::system_group_list, optional, "[contractors]", "", "",
            "The user is in one of these groups of the system. A group that the system does not know, or cannot be "
            "asked about, denies every login that gets as far as this rule."},
    Setting{"match.service", Type::service_list, optional, "[sshd]", "", "", "The PAM service is one of these."},
    Setting{"match.from", Type::network_list, optional, "[10.0.0.0/8]", "", "",
            "The client's address is in one of these networks, or one of these addresses."},
    Setting{"match.login_keys", Type::fingerprint_list, optional, "[]", "", "",
            "The login key has one of these fingerprints."},
    Setting{"match.host_groups", Type::group_list, optional, "[web]", "", "",
            "This host is in one of these groups, as host.groups says."},
    Setting{"then", Type::verdict, required, "challenge", "", "", "What happens to a login that matches."},
    Setting{"would", Type::verdict, optional, "challenge", "", "",
            "For a staged roll-out, beside then: allow: the verdict after the day until; before it the log tells."},
    Setting{"until", Type::date, optional, "2027-01-31", "", "",
            "The day, UTC, from whose beginning on the rule's verdict is the one that would gives."},
    Setting{"number", Type::boolean, optional, "true", "", "",
            "Instead of challenge.number. With false a client that cannot prompt may ask the phone as well."},
    Setting{"levels", Type::level_list, optional, "[passkey]", "", "", "Instead of challenge.levels."},
    Setting{"max_trust", Type::duration, optional, "8h", "0s", "7d", "Instead of challenge.max_trust."},
    Setting{"root", Type::boolean, defaulted, "false", "", "", "Whether this rule may let root (uid 0) in."},
    Setting{"login_keys", Type::key_demand, defaulted, "record", "", "",
            "With any the login key need not stand in the user's record; that sshd has verified one stays a demand."},
    Setting{"trust_bastions", Type::boolean, defaulted, "false", "", "",
            "Whether max_trust also counts for an address that bastions lists."},
    Setting{"message", Type::message, optional, "Questions: ops@example.com", "", "",
            "One line for the user, in the prompt or with the denial."},
};

constexpr std::array kBastion{
    Setting{"name", Type::host_name, required, "bastion-01", "", "", "The relay's name."},
    Setting{"addresses", Type::network_list, required, "[192.0.2.5]", "", "",
            "The addresses that logins through it come from."},
};

constexpr std::array kRegistry{
    Setting{"listen", Type::listen_address, defaulted, "127.0.0.1:8080", "", "",
            "Address and port. Other than on loopback it takes tls, or behind_proxy."},
    Setting{"url", Type::origin, required, "https://registry.example.com", "", "",
            "The registry's public origin, as hosts and phones reach it. Challenges name it."},
    Setting{"behind_proxy", Type::boolean, defaulted, "false", "", "",
            "A proxy in front ends TLS; the way from there to here is safe."},
    Setting{"database", Type::path, required, "/var/lib/countersign-registry/registry.db", "", "", "The SQLite file."},
    Setting{"signing_key", Type::path, required, "/var/lib/countersign-registry/signing_key", "", "",
            "The private key that signs records. Hosts trust it as far as their signers file says."},
    Setting{"tls.certificate", Type::path, optional, "/etc/countersign-registry/tls.crt", "", "",
            "Certificate chain (PEM). Together with tls.key."},
    Setting{"tls.key", Type::path, optional, "/etc/countersign-registry/tls.key", "", "",
            "The certificate's private key (PEM)."},
    Setting{"phone.origin", Type::phone_origin, optional, "https://phone.example.com", "", "",
            "The origin of the web app that approves. Without it no passkey is accepted."},
    Setting{"phone.rp_id", Type::host_name, optional, "phone.example.com", "", "",
            "The passkeys' relying party: the host of phone.origin, which it also is when left out."},
    Setting{"approvers.endorsed_by", Type::endorser, defaulted, "registry", "", "",
            "Who vouches for approvers that pair or approver add brings: this registry's key, or an administrator, who "
            "signs on another machine."},
    Setting{"records.life", Type::duration, defaulted, "7d", "5m", "30d",
            "How long a record is valid. Hosts refuse more than their records.max_life."},
    Setting{"records.resign_after", Type::duration, defaulted, "24h", "1m", "29d",
            "A record older than this is signed anew when a host asks. Shorter than records.life."},
    Setting{"challenge.max_life", Type::duration, defaulted, "2m", "10s", "2m",
            "The longest life of a challenge, whatever the host asks for."},
    Setting{"push.contact", Type::contact, optional, "mailto:ops@example.com", "", "",
            "Where a push service may write to when this registry's pushes trouble it. Without it they name url."},
    Setting{"push.hosts", Type::push_host_list, defaulted,
            "[fcm.googleapis.com, jmt17.google.com, '*.push.services.mozilla.com', '*.push.apple.com', "
            "'*.notify.windows.com']",
            "", "",
            "Push services that phones may name, at public addresses only. \"*.\" stands for any name below. An empty "
            "list: no pushes to them."},
    Setting{"push.private_hosts", Type::push_host_list, defaulted, "[]", "", "",
            "Push services of your own (UnifiedPush, for instance), whose addresses may be inside your network."},
    Setting{"push.ca", Type::path, optional, "/etc/countersign-registry/push-ca.pem", "", "",
            "Certificates (PEM) that may vouch for push.private_hosts, instead of the system's."},
    Setting{
        "push.vapid_key", Type::path, optional, "/var/lib/countersign-registry/vapid_key", "", "",
        "The private key (PEM, P-256) that signs for push services. Without it vapid_key beside signing_key, which is "
        "made where it is missing."},
    Setting{"limits.connections", Type::integer, defaulted, "4000", "16", "1000000", "Connections at one time."},
    Setting{"limits.body", Type::integer, defaulted, "131072", "65536", "1048576", "Bytes of a request's body."},
    Setting{"limits.pending_per_user", Type::integer, defaulted, "8", "1", "1000",
            "Challenges of one user, login key and address that may wait at one time."},
    Setting{"limits.challenges_per_minute", Type::integer, defaulted, "10", "1", "1000",
            "New challenges a minute for one user, login key and address."},
};

constexpr Schema kHostSchema{"/etc/countersign/countersign.yaml", "Countersign on a host", kHost};
constexpr Schema kRuleSchema{"", "", kRule};
constexpr Schema kBastionSchema{"", "", kBastion};
constexpr Schema kRegistrySchema{"/etc/countersign-registry/registry.yaml", "The Countersign registry", kRegistry};

}  // namespace

const Schema& host_schema() { return kHostSchema; }
const Schema& registry_schema() { return kRegistrySchema; }

const Schema* schema_of_items(Type type) {
  if (type == Type::rules) return &kRuleSchema;
  if (type == Type::bastions) return &kBastionSchema;
  return nullptr;
}

bool is_list(Type type) {
  constexpr std::array kLists{Type::group_list,   Type::level_list,   Type::push_host_list,   Type::user_list,
                              Type::service_list, Type::network_list, Type::fingerprint_list, Type::system_group_list,
                              Type::rules,        Type::bastions};
  return std::find(kLists.begin(), kLists.end(), type) != kLists.end();
}

}  // namespace countersign::config
