#!/bin/sh
# Makes the files in this directory anew, with OpenSSL 3.0 or later (SM2 encryption by `pkeyutl` came with 3.0).
# The committed files are one run's result: a new run makes other keys, and so breaks whatever has learned the old ones.
set -eu
cd "$(dirname "$0")"
mkdir -p curves refused
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" -out "$2"; }
sm2() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out "$1"; }

# Keys that open the ciphertexts, and two more for ciphertexts that must not open.
for bits in 2048 3072 4096; do rsa $bits rsa_$bits.pem; done
rsa 2048 rsa_2048_other.pem
sm2 sm2.pem
sm2 sm2_other.pem

# Keys that sign and agree, each with its public key.
curve() { # name of the file, options of genpkey
    name=$1
    shift
    openssl genpkey "$@" -out "curves/$name.pem"
    openssl pkey -in "curves/$name.pem" -pubout -out "curves/${name}_public.pem"
}
curve p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
curve p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
curve p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
curve secp256k1 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
curve ed25519 -algorithm ed25519

# Primes whose two top bits are set, so that a product of two has twice the bits. None is 1 modulo 65537.
{
    printf 'bits\tprime_hex\n'
    for bits in 1024 1536 2048; do
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
            printf '%s\t%s\n' $bits "$(openssl prime -generate -bits $bits -hex | tr A-F a-f)"
        done
    done
} >primes.tsv

# Private keys that are well-formed, and that no RSA or SM2 key of KMS is made of.
rsa 1024 refused/rsa_1024.pem
rsa 2047 refused/rsa_2047.pem
rsa 2056 refused/rsa_2056.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_primes:3 \
    -out refused/rsa_2048_three_primes.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:8589934593 \
    -out refused/rsa_2048_large_exponent.pem
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out refused/rsa_pss_2048.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out refused/p256.pem
openssl pkey -in rsa_2048.pem -traditional -out refused/rsa_2048_pkcs1.pem
openssl pkey -in rsa_2048.pem -pubout -out refused/rsa_2048_public.pem
openssl pkcs8 -topk8 -in rsa_2048.pem -passout pass:x -out refused/rsa_2048_encrypted.pem

# line KEY_SPEC ALGORITHM KEY PLAINTEXT_FILE [pkeyutl options]: encrypts with the public key alone.
line() {
    spec=$1 algorithm=$2 key=$3 plaintext=$4
    shift 4
    openssl pkey -in "$key.pem" -pubout -out "$work/public.pem"
    openssl pkeyutl -encrypt -pubin -inkey "$work/public.pem" "$@" -in "$plaintext" -out "$work/ciphertext"
    printf '%s\t%s\t%s\t%s\n' "$algorithm" "$spec" \
        "$(od -An -v -tx1 "$plaintext" | tr -d ' \n')" "$(openssl base64 -A -in "$work/ciphertext")"
}

oaep() { # bits, hash, its name in KMS, the longest plaintext
    for length in 1 32 "$4"; do
        openssl rand -out "$work/plaintext" "$length"
        line "RSA_$1" "RSAES_OAEP_$3" "rsa_$1" "$work/plaintext" -pkeyopt rsa_padding_mode:oaep \
            -pkeyopt "rsa_oaep_md:$2" -pkeyopt "rsa_mgf1_md:$2"
    done
}

{
    printf 'algorithm\tkey_spec\tplaintext_hex\tciphertext_base64\n'
    oaep 2048 sha1 SHA_1 214
    oaep 2048 sha256 SHA_256 190
    oaep 3072 sha1 SHA_1 342
    oaep 3072 sha256 SHA_256 318
    oaep 4096 sha1 SHA_1 470
    oaep 4096 sha256 SHA_256 446
    # Below, at and above the 32 bytes of one hash of the key stream. `pkeyutl` reads 720 bytes at most.
    for length in 1 31 32 33 64 500; do
        openssl rand -out "$work/plaintext" "$length"
        line SM2 SM2PKE sm2 "$work/plaintext"
    done
} >openssl.tsv
