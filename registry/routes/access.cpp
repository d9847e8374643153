#include "registry/routes/access.h"

#include <algorithm>

#include "common/crypto/random.h"
#include "common/encoding/base64.h"
#include "common/statement/values.h"

namespace countersign::registry::routes {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHostPrefix = "csh_";
constexpr std::string_view kSessionPrefix = "css_";
constexpr std::size_t kTokenCharacters = 47;  // prefix and 43 of base64url

Result<std::string> token_hash(const net::Request& request, std::string_view prefix) {
  const auto token = bearer_of(request);
  if (!token) return token.error();
  if (token->size() != kTokenCharacters || token->substr(0, prefix.size()) != prefix) {
    return Error(ErrorCode::not_authorized, "not a token for this");
  }
  return statement::Hash32::of(*token).str();
}

NewToken make_token(std::string_view prefix) {
  const auto secret = crypto::random_secret(32);
  std::string text = std::string(prefix) + encoding::base64url_encode(secret);
  std::string hash = statement::Hash32::of(text).str();
  return NewToken{std::move(text), std::move(hash)};
}

}  // namespace

Result<std::string_view> bearer_of(const net::Request& request) {
  const auto header = request.header("authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (!header || header->substr(0, kScheme.size()) != kScheme) {
    return Error(ErrorCode::not_authorized, "no Authorization: Bearer TOKEN");
  }
  return header->substr(kScheme.size());
}

Result<store::Host> host_with_token(const std::string& token_hash, Context& context) {
  auto host = context.store.host_by_token(token_hash);
  if (!host && host.error().code == ErrorCode::not_found) return Error(ErrorCode::not_authorized, "unknown token");
  if (!host) return host;
  if (host->token_expires && *host->token_expires <= context.clock.now()) {
    return Error(ErrorCode::not_authorized, "the token of " + host->name.str() + " has expired");
  }
  return host;
}

Result<store::Host> authorize_host(const net::Request& request, Context& context) {
  const auto hash = token_hash(request, kHostPrefix);
  if (!hash) return hash.error();
  auto host = host_with_token(*hash, context);
  if (!host) return host;
  const auto room = context.rates.hosts.take(host->name.str(), "requests from this host");
  if (!room) return room.error();
  return host;
}

Result<store::Session> session_with_token(const std::string& token_hash, Context& context) {
  auto session = context.store.session(token_hash);
  if (!session && session.error().code == ErrorCode::not_found)
    return Error(ErrorCode::not_authorized, "unknown or expired token");
  if (!session) return session;
  const auto current = context.records.current(session->user);
  if (!current && current.error().code == ErrorCode::record_unknown)
    return Error(ErrorCode::not_authorized, "the user is gone");
  if (!current) return current.error();
  const auto& approvers = (*current)->record->approvers;
  const bool still = std::any_of(approvers.begin(), approvers.end(), [&](const statement::Approver& approver) {
    return approver.key.fingerprint() == session->fingerprint;
  });
  if (!still) return Error(ErrorCode::not_authorized, "the key is no approver any more");
  return session;
}

Result<store::Session> authorize_session(const net::Request& request, Context& context) {
  const auto hash = token_hash(request, kSessionPrefix);
  if (!hash) return hash.error();
  return session_with_token(*hash, context);
}

Result<records::CurrentPtr> record_for(const base::UserName& name, const store::Host& host, Context& context) {
  const Error unknown(ErrorCode::record_unknown, "no record of " + name.str());
  // The row decides before a record is read or signed: the time that takes would tell the host that the name exists.
  const auto user = context.store.user(name);
  if (!user) return user.error().code == ErrorCode::not_found ? unknown : user.error();
  const auto scope = statement::HostScope::parse(user->hosts);
  if (!scope) return scope.error();
  if (!scope->covers(host.name, host.groups)) return unknown;
  auto current = context.records.current(name);
  if (current && !(*current)->record.fields().hosts.covers(host.name, host.groups)) return unknown;
  return current;
}

NewToken make_host_token() { return make_token(kHostPrefix); }
NewToken make_session_token() { return make_token(kSessionPrefix); }

}  // namespace countersign::registry::routes
