#include "tests/adapters/passwords/vectors.h"

namespace keelson {
namespace {

constexpr const char* kSignerKey =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";

std::string Firebase(const std::string& salt, const std::string& hash) {
  return std::string("$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=") + kSignerKey + "$" + salt + "$" + hash;
}

}  // namespace

const std::vector<HashVector>& HashVectors() {
  static const auto& vectors = *new std::vector<HashVector>{
      {"libargon2 test.c", "password",
       "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
      {"libargon2 test.c", "password",
       "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"},
      {"libargon2 test.c", "password",
       "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"},
      {"crypt_blowfish", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
      {"crypt_blowfish", "U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
      {"crypt_blowfish", "U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
      {"crypt_blowfish", "", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
      {"crypt_blowfish",
       "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
       "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"},
      {"crypt_blowfish", "\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
      {"crypt_blowfish", "\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"},
      {"crypt_blowfish", "\xff\xff\xa3", "$2b$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
      {"jBCrypt", "a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe"},
      {"bcrypt-ruby", "a", "$2b$06$ehKGYiS4wt2HAr7KQXS5z.OaRjB4jHO7rBHJKlGXbqEH3QVJfO7iO"},
      {"RFC 7914, 11", "passwd",
       "$pbkdf2-sha256$i=1,l=64$c2FsdA$"
       "VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw"},
      {"RFC 7914, 11", "Password",
       "$pbkdf2-sha256$i=80000$TmFDbA$"
       "TdzY9guYviGDDO5e8icB+WQaRBjQTAQUrv8Ih2s0q1ah1CWhIlgzVJrbhBtRybMXaicr3ruh0HhHj2Kzl/M8jQ"},
      {"the vectors of RFC 6070 with SHA-512", "password",
       "$pbkdf2-sha512$i=1,l=64$c2FsdA$"
       "hn9wzxreAs/zdSWZo6U9xK80x6ZpgVrl1RNVThyM8lLALUcKKFoFAbrZmb/pQ8CPBQI119aLHaVeY/c7YKV/zg"},
      {"passlib", "password",
       "$pbkdf2-sha256$6400$.6UI/S.nXIk8jcbdHx3Fhg$98jZicV16ODfEsEZeYPGHU3kbrUrvUEXOPimVSQDD44"},
      {"RFC 7914, 12", "password",
       "$scrypt$ln=10,r=8,p=16$TmFDbA$"
       "/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"},
      {"RFC 7914, 12", "pleaseletmein",
       "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
       "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"},
      {"passlib", "password",
       "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"},
      {"Firebase's scrypt utility", "user1password",
       Firebase("42xEC+ixf3L2lw==",
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==")},
      {"Firebase's Admin SDK", "password",
       Firebase("TmFDbA==",
                "V358E8LdWJXAO7muq0CufVpEOXaj8aFiC7T/rcaGieN04q/ZPJ08WhJEHGjj9lz/2TT+/86N5VjVoc5DdBhBiw==")},
      {"Supabase Auth", "mytestpassword",
       "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,"
       "sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$"
       "C0sHCg9ek77hsg==$"
       "zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw=="},
      // Exports of other systems, as the commands of app/README.md convert them.
      {"Django 4.0's tests", "lètmein",
       "$pbkdf2-sha256$i=320000$c2Vhc2FsdA$Toj2II2rBvFiGQcPmUml1Nlni2UtvyRWwz/jz4q6q/4"},
      {"Django's tests", "lètmein",
       "$scrypt$ln=14,r=8,p=1$c2Vhc2FsdA$"
       "Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw"},
      {"Keycloak's default in libargon2", "S3cret-pass!",
       "$argon2id$v=19$m=7168,t=5,p=1$gUd0Vd2Y5eJ1ybgHPa4cKg$B/KLt8BPdQTt2l294AvgAzlK+7K2Up7QvtYoAPsvdgc"},
      {"Keycloak's algorithm in Python's hashlib", "S3cret-pass!",
       "$pbkdf2-sha512$i=210000$gUd0Vd2Y5eJ1ybgHPa4cKg$"
       "845cNwlLi12bpxXZ26JXRK0Z05YWoVO3WoCIjABMZRyfIQ4vugdIW4BR/G6jla0f4KF1MSLDx2cJ+YpYThz4zQ"},
  };
  return vectors;
}

}  // namespace keelson
