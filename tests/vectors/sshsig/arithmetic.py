"""The arithmetic behind the vectors, from its textbook definitions (FIPS 186-5, RFC 8032, RFC 8017), so that signatures
with chosen numbers can be made which no library would make. Slow, not constant-time, for test vectors only."""
import hashlib


class Curve:
    """y^2 = x^3 - 3x + b over the integers modulo p; n is the order of g."""

    def __init__(self, name, p, b, n, g, digest):
        self.name, self.p, self.b, self.n, self.g, self.digest = name, p, b, n, g, digest
        self.size = (p.bit_length() + 7) // 8

    def holds(self, point):
        x, y = point
        return (y * y - (x * x * x - 3 * x + self.b)) % self.p == 0

    def lift(self, x):
        """The point with this x and an even y, or None."""
        square = (x * x * x - 3 * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        if y * y % self.p != square:
            return None
        return (x, y if y % 2 == 0 else self.p - y)

    def add(self, a, b):
        if a is None or b is None:
            return a or b
        if a[0] == b[0]:
            if (a[1] + b[1]) % self.p == 0:
                return None
            slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, self.p)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, self.p)
        x = (slope * slope - a[0] - b[0]) % self.p
        return (x, (slope * (a[0] - x) - a[1]) % self.p)

    def mul(self, factor, point):
        total = None
        factor %= self.n
        while factor:
            if factor & 1:
                total = self.add(total, point)
            point = self.add(point, point)
            factor >>= 1
        return total

    def hash(self, data):
        value = int.from_bytes(self.digest(data).digest(), "big")
        return value >> max(0, self.digest().digest_size * 8 - self.n.bit_length())

    def encode(self, point):
        return b"\x04" + point[0].to_bytes(self.size, "big") + point[1].to_bytes(self.size, "big")

    def sign(self, d, k, data):
        r = self.mul(k, self.g)[0] % self.n
        return r, pow(k, -1, self.n) * (self.hash(data) + r * d) % self.n

    def key_for(self, nonce_point, s, data):
        """The public key under which (x of nonce_point mod n, s) is a signature of data; nobody knows its private half."""
        r = nonce_point[0] % self.n
        inverse = pow(r, -1, self.n)
        return self.add(self.mul(inverse * s, nonce_point), self.mul(-inverse * self.hash(data), self.g))


P256 = Curve("nistp256", 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
             0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
             0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
             (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
              0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5), hashlib.sha256)
P384 = Curve("nistp384", 2**384 - 2**128 - 2**96 + 2**32 - 1,
             0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
             0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
             (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
              0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
             hashlib.sha384)
P521 = Curve("nistp521", 2**521 - 1,
             0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
             0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
             (0x00C6858E06B70404E9CD9E3ECB662395B4429C648139053FB521F828AF606B4D3DBAA14B5E77EFE75928FE1DC127A2FFA8DE3348B3C1856A429BF97E7E31C2E5BD66,
              0x011839296A789A3BC0045C8A5FB42C7D1BD998F54449579B446817AFBD17273E662C97EE72995EF42640C550B9013FAD0761353C7086A272C24088BE94769FD16650),
             hashlib.sha512)
for _curve in (P256, P384, P521):
    assert _curve.holds(_curve.g), _curve.name
    assert _curve.mul(_curve.n - 1, _curve.g)[0] == _curve.g[0], _curve.name

# Ed25519, affine: -x^2 + y^2 = 1 + d x^2 y^2.
Q = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
ROOT = pow(2, (Q - 1) // 4, Q)


def ed_x(y, odd):
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    if (x * x - square) % Q:
        x = x * ROOT % Q
    if (x * x - square) % Q:
        return None
    return x if x % 2 == odd else (Q - x) % Q


BASE = (ed_x(4 * pow(5, -1, Q) % Q, 0), 4 * pow(5, -1, Q) % Q)


def ed_add(a, b):
    product = D * a[0] * b[0] * a[1] * b[1]
    return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, Q) % Q,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, Q) % Q)


def ed_mul(factor, point):
    total = (0, 1)
    while factor:
        if factor & 1:
            total = ed_add(total, point)
        point = ed_add(point, point)
        factor >>= 1
    return total


def ed_encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def ed_hash(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def ed_keys(seed):
    wide = hashlib.sha512(seed).digest()
    a = int.from_bytes(wide[:32], "little") & (2**254 - 8) | 2**254
    return a, wide[32:], ed_encode(ed_mul(a, BASE))


def ed_sign(seed, data):
    """R and the number S."""
    a, prefix, public = ed_keys(seed)
    r = ed_hash(prefix, data) % L
    point = ed_encode(ed_mul(r, BASE))
    return point, (r + ed_hash(point, public, data) * a) % L


def ed_small_order():
    """All eight points whose order divides 8."""
    y = 2
    while True:
        x = ed_x(y, 0)
        if x is not None:
            eighth = ed_mul(L, (x, y))
            points = {ed_mul(i, eighth) for i in range(8)}
            if len(points) == 8:
                return sorted(points, key=ed_encode)
        y += 1


def is_prime(n):
    if any(n % p == 0 for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in (2, 3, 5, 7, 11, 13, 17, 19):
        value = pow(witness, odd, n)
        if value in (1, n - 1):
            continue
        for _ in range(twos - 1):
            value = value * value % n
            if value == n - 1:
                break
        else:
            return False
    return True


class Rsa:
    DIGEST_INFO = {"sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
                   "sha512": bytes.fromhex("3051300d060960864801650304020305000440")}

    def __init__(self, random, bits, e):
        half = bits // 2
        while True:
            p, q = (self.prime(random, size) for size in (half, bits - half))
            self.n, self.e = p * q, e
            if self.n.bit_length() != bits:
                continue
            if e % 2 == 0:
                self.d = None
                return
            try:
                self.d = pow(e, -1, (p - 1) * (q - 1))
                return
            except ValueError:
                continue

    @staticmethod
    def prime(random, bits):
        while True:
            candidate = random.getrandbits(bits) | 3 << (bits - 2) | 1
            if is_prime(candidate):
                return candidate

    @property
    def size(self):
        return (self.n.bit_length() + 7) // 8

    def pad(self, name, data):
        info = self.DIGEST_INFO[name] + hashlib.new(name, data).digest()
        return b"\x00\x01" + b"\xff" * (self.size - len(info) - 3) + b"\x00" + info

    def raw(self, padded):
        return pow(int.from_bytes(padded, "big"), self.d, self.n)

    def sign(self, name, data):
        return self.raw(self.pad(name, data)).to_bytes(self.size, "big")
