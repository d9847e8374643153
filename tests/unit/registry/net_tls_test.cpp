#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <filesystem>

#include "raw_client.h"
#include "registry/net/response_text.h"
#include "registry/net/transport.h"

namespace countersign::registry::net {
namespace {

using base::Deleter;
using base::ErrorCode;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using FilePtr = std::unique_ptr<std::FILE, Deleter<std::fclose>>;

struct Files {
  std::filesystem::path directory;
  TlsFiles tls;

  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "countersign-tls-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    tls = {(directory / "cert.pem").string(), (directory / "key.pem").string()};
    write(tls.certificate, tls.key);
  }
  ~Files() { std::filesystem::remove_all(directory); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  static void write(const std::string& certificate_file, const std::string& key_file) {
    const PkeyPtr key(EVP_EC_gen("P-256"));
    const X509Ptr certificate(X509_new());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    const FilePtr cert_out(std::fopen(certificate_file.c_str(), "w"));
    PEM_write_X509(cert_out.get(), certificate.get());
    const FilePtr key_out(std::fopen(key_file.c_str(), "w"));
    PEM_write_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int max_version = TLS1_3_VERSION)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), raw_.fd());
    connected_ = SSL_connect(ssl_.get()) == 1;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  void send(const std::string& text) const { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
  std::string receive_all() {
    std::string text;
    char chunk[4096];
    for (int n = 0; (n = SSL_read(ssl_.get(), chunk, sizeof(chunk))) > 0;)
      text.append(chunk, static_cast<std::size_t>(n));
    clean_end_ = SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN;
    return text;
  }
  [[nodiscard]] bool clean_end() const { return clean_end_ != 0; }
  RawClient& raw() { return raw_; }

 private:
  RawClient raw_;
  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Deleter<SSL_free>> ssl_;
  bool connected_ = false;
  int clean_end_ = 0;
};

const char* const kGetAndClose = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

class Tls : public ::testing::Test {
 protected:
  ServerOptions options() {
    ServerOptions options;
    options.tls = files_.tls;
    return options;
  }
  Files files_;
};

TEST_F(Tls, ServesALargeBodyAndSaysThatItEnds) {
  const std::string large(300'000, 'x');
  RunningServer server(options(),
                       [&](Request, const Reply& reply, const CancelToken&) { reply(plain_response(200, large)); });
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  client.send(kGetAndClose);
  const std::string answer = client.receive_all();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, large.size() + 1);
  EXPECT_TRUE(client.clean_end());
}

TEST_F(Tls, RefusesOldVersions) {
  RunningServer server(options(),
                       [](Request, const Reply& reply, const CancelToken&) { reply(plain_response(200, "x")); });
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port(), TLS1_2_VERSION).connected());
}

TEST_F(Tls, AVanishedPeerCancelsTheWait) {
  std::atomic<int> waiting = 0;
  std::atomic<bool> gone = false;
  std::vector<Reply> kept;
  RunningServer server(options(), [&](Request, Reply reply, const CancelToken& token) {
    kept.push_back(std::move(reply));
    token.on_cancel([&](CancelReason reason) { gone = reason == CancelReason::peer_gone; });
    ++waiting;
  });
  TlsClient client(server.port());
  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return waiting == 1; }));
  client.raw().close();
  EXPECT_TRUE(eventually([&] { return gone.load(); }));
}

TEST_F(Tls, ClearTextAndSilenceFailTheHandshake) {
  std::atomic<int> failed = 0;
  ServerOptions with = options();
  with.limits.handshake = base::Milliseconds{200};
  RunningServer server(
      with, [](Request, const Reply& reply, const CancelToken&) { reply(plain_response(200, "x")); },
      [&](const NetEvent& event) {
        if (event.kind == NetEvent::Kind::handshake_failed || event.kind == NetEvent::Kind::deadline_passed) ++failed;
      });
  RawClient clear(server.port());
  clear.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(clear.wait_closed());
  RawClient silent(server.port());
  EXPECT_TRUE(silent.wait_closed());
  EXPECT_EQ(failed, 2);
}

TEST_F(Tls, BadFilesAreBadConfig) {
  const auto missing = TlsContext::load("/nonexistent", files_.tls.key);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::bad_config);
  const Files other;
  const auto mixed = TlsContext::load(files_.tls.certificate, other.tls.key);
  ASSERT_FALSE(mixed.has_value());
  EXPECT_EQ(mixed.error().code, ErrorCode::bad_config);
}

}  // namespace
}  // namespace countersign::registry::net
