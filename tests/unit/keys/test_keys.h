// Public keys of the tests, made by ssh-keygen; nobody has their private halves.
#pragma once

#include <string>

namespace countersign::keys {

inline const std::string key_a = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGsFJVl4dcqRZulaiU+05XOuavDjCNqxTlkpOXYvCuTK";
inline const std::string key_b = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN6xVjmvwVJfn+VhEcegkIJkbF0AHGkQdLOQIFEMWMQ/";
inline const std::string key_ecdsa =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFXH5I9eXA7KbS7KOGRa01s3lgemc1HRI7/"
    "z2x6apWIZiHY9UV2SksbluEDVxe9cYpYVWmJuQhYZ2MMaAZDSeS0=";

}  // namespace countersign::keys
