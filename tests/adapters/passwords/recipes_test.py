#!/usr/bin/env python3
"""recipes_test.py: runs the recipes of adapters/passwords/README.md on exports of other systems. vectors.cc contains the
expected hashes, so that passwords_test verifies their passwords."""

import pathlib
import re
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
README = (FOLDER.parents[2] / "adapters/passwords/README.md").read_text()
# The string literals of vectors.cc, joined as the compiler does.
VECTORS = re.sub(r'"\s*"', "", (FOLDER / "vectors.cc").read_text())
RECIPES = {}
exec(re.search(r"<!-- recipes:begin -->\n```python\n(.*?)```\n", README, re.DOTALL)[1], RECIPES)

SALT = "gUd0Vd2Y5eJ1ybgHPa4cKg=="
KEYCLOAK_PBKDF2 = {
    "type": "password",
    "secretData": '{"value":"845cNwlLi12bpxXZ26JXRK0Z05YWoVO3WoCIjABMZRyfIQ4vugdIW4BR/G6jla0f4KF1MSLDx2cJ+YpYThz4zQ==",'
                  f'"salt":"{SALT}","additionalParameters":{{}}}}',
    "credentialData": '{"hashIterations":210000,"algorithm":"pbkdf2-sha512","additionalParameters":{}}',
}
KEYCLOAK_ARGON2 = {
    "type": "password",
    "secretData": f'{{"value":"B/KLt8BPdQTt2l294AvgAzlK+7K2Up7QvtYoAPsvdgc=","salt":"{SALT}","additionalParameters":{{}}}}',
    "credentialData": '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],'
                      '"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}',
}
FIREBASE_CONFIG = {
    "algorithm": "SCRYPT",
    "base64_signer_key": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
    "base64_salt_separator": "Bw==",
    "rounds": 8,
    "mem_cost": 14,
}
FIREBASE_USER = {
    "passwordHash": "lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ==",
    "salt": "42xEC-ixf3L2lw==",
}


class Recipes(unittest.TestCase):
    def check(self, converted):
        # Firebase's strings are composed in vectors.cc, so the salt and the hash are compared.
        for part in converted.split("$fbscrypt")[-1].split("$")[-2:]:
            self.assertIn(part, VECTORS)
        if "fbscrypt" not in converted:
            self.assertIn(f'"{converted}"', VECTORS)

    def test_auth0(self):
        self.check(RECIPES["from_auth0"]("$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"))
        self.assertEqual(RECIPES["from_auth0"]("md5:abc"), "")

    def test_firebase(self):
        converted = RECIPES["from_firebase"](FIREBASE_USER, FIREBASE_CONFIG)
        self.check(converted)
        self.assertTrue(converted.startswith("$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8"))
        self.assertEqual(RECIPES["from_firebase"]({"email": "a@example.com"}, FIREBASE_CONFIG), "")

    def test_keycloak(self):
        self.check(RECIPES["from_keycloak"](KEYCLOAK_PBKDF2))
        self.check(RECIPES["from_keycloak"](KEYCLOAK_ARGON2))
        sha1 = KEYCLOAK_PBKDF2 | {"credentialData": '{"hashIterations":27500,"algorithm":"pbkdf2"}'}
        self.assertEqual(RECIPES["from_keycloak"](sha1), "")

    def test_django(self):
        for password in (
                "pbkdf2_sha256$320000$seasalt$Toj2II2rBvFiGQcPmUml1Nlni2UtvyRWwz/jz4q6q/4=",
                "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7"
                "rQwite/Pw==",
                "argon2$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                "bcrypt$$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"):
            self.check(RECIPES["from_django"](password))
        for password in ("!unusable", "pbkdf2_sha1$1$salt$hash", "bcrypt_sha256$$2b$12$x", ""):
            self.assertEqual(RECIPES["from_django"](password), "")


if __name__ == "__main__":
    unittest.main()
