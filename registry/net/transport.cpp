#include "registry/net/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "common/base/handle.h"

namespace countersign::registry::net {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using ContextPtr = std::unique_ptr<SSL_CTX, base::Deleter<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, base::Deleter<SSL_free>>;

std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return text == nullptr ? "no reason given" : text;
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int fd) : fd_(fd) {}

  Io handshake() override { return Io::done; }

  IoResult read(std::span<char> into) override {
    for (;;) {
      const ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
      if (n > 0) return {Io::done, static_cast<std::size_t>(n)};
      if (n == 0) return {Io::closed};
      if (errno == EINTR) continue;
      return failed(Io::want_read);
    }
  }

  IoResult write(std::string_view bytes) override {
    for (;;) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n >= 0) return {Io::done, static_cast<std::size_t>(n)};
      if (errno == EINTR) continue;
      return failed(Io::want_write);
    }
  }

  void finish() override { ::shutdown(fd_, SHUT_WR); }
  [[nodiscard]] std::string failure() const override { return failure_; }

 private:
  IoResult failed(Io want) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {want};
    failure_ = std::generic_category().message(errno);
    return {Io::failed};
  }

  int fd_;
  std::string failure_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(SslPtr ssl, int fd) : ssl_(std::move(ssl)), fd_(fd) {}

  Io handshake() override {
    ERR_clear_error();
    const int n = SSL_do_handshake(ssl_.get());
    return n == 1 ? Io::done : outcome(n);
  }

  IoResult read(std::span<char> into) override {
    ERR_clear_error();
    std::size_t bytes = 0;
    const int n = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    return n == 1 ? IoResult{Io::done, bytes} : IoResult{outcome(n)};
  }

  IoResult write(std::string_view bytes) override {
    ERR_clear_error();
    std::size_t written = 0;
    const int n = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    return n == 1 ? IoResult{Io::done, written} : IoResult{outcome(n)};
  }

  void finish() override {
    ERR_clear_error();
    // After a fatal error, or before the handshake ended, there is no session to close.
    if (failure_.empty() && SSL_is_init_finished(ssl_.get()) == 1) (void)SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ::shutdown(fd_, SHUT_WR);
  }

  [[nodiscard]] std::string failure() const override { return failure_; }

 private:
  Io outcome(int n) {
    const int saved_errno = errno;
    switch (SSL_get_error(ssl_.get(), n)) {
      case SSL_ERROR_WANT_READ: return Io::want_read;
      case SSL_ERROR_WANT_WRITE: return Io::want_write;
      case SSL_ERROR_ZERO_RETURN: return Io::closed;
      case SSL_ERROR_SYSCALL:
        failure_ = saved_errno == 0 ? "closed without notice" : std::generic_category().message(saved_errno);
        break;
      default: failure_ = openssl_reason();
    }
    ERR_clear_error();
    return Io::failed;
  }

  SslPtr ssl_;
  int fd_;
  std::string failure_;
};

// Taken when the client offers it; a client that offers only other protocols is refused rather than misunderstood.
int select_http11(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                  unsigned in_length, void*) {
  static constexpr std::array<unsigned char, 9> kOurs{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kOurs.data(), kOurs.size(), in, in_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

// Without this OpenSSL would ask the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) { return -1; }

class OpenSslContext final : public TlsContext {
 public:
  explicit OpenSslContext(ContextPtr context) : context_(std::move(context)) {}

  std::unique_ptr<Transport> accept(int fd) override {
    SslPtr ssl(SSL_new(context_.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) {
      ERR_clear_error();
      return nullptr;
    }
    SSL_set_accept_state(ssl.get());
    return std::make_unique<TlsTransport>(std::move(ssl), fd);
  }

 private:
  ContextPtr context_;
};

Result<void> set_up(SSL_CTX* context, const std::string& certificate_file, const std::string& key_file) {
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) {
    return Error(ErrorCode::internal, "TLS: " + openssl_reason());
  }
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, select_http11, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return Error(ErrorCode::bad_config, certificate_file + ": not a usable PEM certificate chain: " + openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error(ErrorCode::bad_config, key_file + ": not a usable PEM private key: " + openssl_reason());
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return Error(ErrorCode::bad_config,
                 key_file + ": does not belong to " + certificate_file + ": " + openssl_reason());
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<TlsContext>> TlsContext::load(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Error(ErrorCode::internal, "TLS: " + openssl_reason());
  const auto ready = set_up(context.get(), certificate_file, key_file);
  if (!ready) return ready.error();
  return std::shared_ptr<TlsContext>(std::make_shared<OpenSslContext>(std::move(context)));
}

std::unique_ptr<Transport> make_plain_transport(int fd) { return std::make_unique<PlainTransport>(fd); }

}  // namespace countersign::registry::net
