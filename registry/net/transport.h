// registry/net/transport.h: bytes over one non-blocking descriptor, in clear or through TLS.
//
// TLS is OpenSSL working on the descriptor itself, not a stream between two memory buffers: with released buffers a
// waiting connection costs about 16 KiB instead of 75. No call blocks; each says what to wait for. The descriptor
// belongs to the caller and outlives the Transport. One Transport is used by one thread at a time. OpenSSL writes with
// write(2), so the process must ignore SIGPIPE (Server sees to it).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace countersign::registry::net {

enum class Io { done, want_read, want_write, closed, failed };

struct IoResult {
  Io io = Io::failed;
  std::size_t bytes = 0;  // with done
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Io handshake() = 0;
  virtual IoResult read(std::span<char> into) = 0;
  virtual IoResult write(std::string_view bytes) = 0;     // may take part of them
  virtual void finish() = 0;                              // tells the peer that no more comes; best effort
  [[nodiscard]] virtual std::string failure() const = 0;  // for the log, after failed
};

// Certificate and key, loaded once; shared by all connections. Any thread.
class TlsContext {
 public:
  // PEM files: the chain, leaf first, and its private key. TLS 1.2 or newer. Else bad_config, with OpenSSL's reason.
  static base::Result<std::shared_ptr<TlsContext>> load(const std::string& certificate_file,
                                                        const std::string& key_file);
  virtual ~TlsContext() = default;
  [[nodiscard]] virtual std::unique_ptr<Transport> accept(int fd) = 0;
};

std::unique_ptr<Transport> make_plain_transport(int fd);

}  // namespace countersign::registry::net
