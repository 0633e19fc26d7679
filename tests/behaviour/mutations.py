#!/usr/bin/env python3
"""Breaks one thing after another in the engine and its messages, and checks that a test of `tests/behaviour` notices.

    python3 tests/behaviour/mutations.py [number ...]

Each row is a file, the text to replace, the text in its place, and the tests to run. Every file is restored, also when
the script is interrupted.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

MUTATIONS = [
    # behaviour §1.2
    ("src/constraints.rs", "CIPHERTEXT_BLOB_MAX: usize = 6144", "CIPHERTEXT_BLOB_MAX: usize = 6145", "s1_2"),
    ("src/constraints.rs", "KEY_ID_MAX: usize = 2048", "KEY_ID_MAX: usize = 2049", "s1_2"),
    ("src/constraints.rs", "GRANT_TOKENS_MAX: usize = 10", "GRANT_TOKENS_MAX: usize = 11", "s1_2"),
    ("src/constraints.rs", "GRANT_TOKEN_MAX: usize = 8192", "GRANT_TOKEN_MAX: usize = 8191", "s1_2"),
    ("src/constraints.rs", "if len == 0 || !text.is_ascii()", "if !text.is_ascii()", "s1_2"),
    ("src/constraints.rs", "    dry_run && modifiers.contains", "    modifiers.contains", "s7"),
    ("src/error/validation.rs", 'write_joined(f, violations, "; ")', 'write_joined(f, violations, ", ")', "s1_2"),
    ("src/error/validation.rs", "RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE", "RSAES_OAEP_SHA_256, RSAES_OAEP_SHA_1, SM2PKE", "s1_2"),
    # behaviour §2
    ("src/error/detail.rs", "Invalid keyId '{0}'", "Invalid keyId {0}", "s2"),
    ("src/error/detail.rs", "Alias {0} is not found.", "Alias {0} is not found", "s2"),
    ("src/resolve.rs", "if there.region == place.region", "if there.region.partition() == place.region.partition()", "s2"),
    ("src/resolve.rs", "NotFoundError::InvalidArn(there.region.to_string())", "NotFoundError::InvalidArn(identifier.to_string())", "s2"),
    ("src/resolve.rs", "NotFound if arn.account() != &place.account", "NotFound if arn.account() == &place.account", "s2"),
    ("src/resolve.rs", "NotFound if alias.place().account != place.account", "NotFound if false && alias.place().account != place.account", "s2"),
    ("src/engine/open.rs", ".filter(|(key, _)| key.metadata().arn().key_id() == key_id)", "", "s2"),
    # behaviour §3
    ("src/error/mod.rs", '"{key} is disabled."', '"{key} is disabled"', "s3"),
    ("src/error/detail.rs", '"pending replica deletion"', '"pending deletion"', "s3"),
    ("src/engine/usable.rs", "KeyState::Enabled | KeyState::Updating => Ok(())", "KeyState::Enabled | KeyState::Updating | KeyState::Creating => Ok(())", "s3"),
    ("src/error/mod.rs", "Self::DependencyTimeout(_) | Self::KeyUnavailable(_) | Self::KmsInternal(_) => 500", "Self::DependencyTimeout(_) => 503,\n            Self::KeyUnavailable(_) | Self::KmsInternal(_) => 500", "s3"),
    # behaviour §4
    ("src/key/spec.rs", "SM2_PLAINTEXT_MAX: usize = 1024", "SM2_PLAINTEXT_MAX: usize = 1025", "s4"),
    ("src/key/spec.rs", "len - 2 * 32 - 2", "len - 2 * 32 - 1", "s4"),
    ("src/key/spec.rs", "Self::Sm2 => &[Sm2Pke]", "Self::Sm2 => &[Sm2Pke, SymmetricDefault]", "s4"),
    ("src/engine/usable.rs", "        usage(metadata, demand.action)?;\n        state(metadata)?;", "        state(metadata)?;\n        usage(metadata, demand.action)?;", "s11"),
    ("src/engine/usable.rs", "        state(metadata)?;\n        algorithm(metadata, demand.algorithm)?;", "        algorithm(metadata, demand.algorithm)?;\n        state(metadata)?;", "s11"),
    ("src/engine/usable.rs", "action.operation()", "action.as_str()", "s4"),
    ("src/engine/open.rs", "_ => Err(incorrect_key(session, request, &key)),", "_ => Err(KmsError::InvalidCiphertext),", "s4_3"),
    ("src/engine/open.rs", "        let (key, ciphertext) = match request.ciphertext {", "        if let Some(key) = request.key_id {\n            session.key(key).map_err(|error| session.unresolved(request.action, error))?;\n        }\n        let (key, ciphertext) = match request.ciphertext {", "s11"),
    # behaviour §5
    ("src/engine/usable.rs", "demand.algorithm.is_asymmetric() && !demand.context.is_empty()", "demand.algorithm.is_asymmetric() && demand.context.is_empty()", "s5"),
    ("src/engine/aad.rs", "return with(&[header, context].concat())", "return with(header)", "s5"),
    ("src/context.rs", "            encoded.extend_from_slice(&len.to_be_bytes());\n", "            let _ = len;\n", "s5"),
    # behaviour §7
    ("src/re_encrypt/mod.rs", "plaintext.filter(|_| !request.dry_run())", "plaintext.filter(|_| true)", "s7"),
    ("src/re_encrypt/mod.rs", "    if let Some(plaintext) = &plaintext {\n        sealing.check_len(plaintext.len())?;\n    }\n", "", "s4"),
    # behaviour §9
    ("src/software/rotation.rs", "ON_DEMAND_ROTATIONS_MAX: u32 = 25", "ON_DEMAND_ROTATIONS_MAX: u32 = 26", "s9"),
    ("src/software/materials.rs", "KeyMaterialState::Current | KeyMaterialState::NonCurrent\n", "KeyMaterialState::Current\n", "s9"),
    ("src/software/materials.rs", ".is_some_and(|valid_to| valid_to <= now)", ".is_some_and(|valid_to| valid_to < now)", "s9"),
    ("src/software/snapshot.rs", "deletion(&key).filter(|date| *date <= now)", "key.metadata.deletion_date().filter(|_| false)", "s9"),
    ("src/software/lifecycle.rs", "            key.disabled = true;\n", "            key.disabled = false;\n", "s9"),
    ("src/software/multi_region.rs", "Secret::Symmetric(materials.to_be_imported())", "Secret::Symmetric(materials)", "s9"),
    ("src/software/multi_region.rs", "if related.iter().all(|arn| present(arn, id))", "if related.iter().any(|arn| present(arn, id))", "s9"),
    ("src/software/symmetric.rs", "    mac.update(key_id.as_str().as_bytes());\n", "    let _ = key_id;\n", "s9"),
    # behaviour §11, behaviour §12
    ("src/engine/usable.rs", "        authorize(session, &key, demand)?;\n        let metadata = key.metadata();\n        usage(metadata, demand.action)?;\n        state(metadata)?;", "        let metadata = key.metadata();\n        usage(metadata, demand.action)?;\n        state(metadata)?;\n        authorize(session, &key, demand)?;", "s1"),
    ("src/engine/session.rs", "KeyProviderError::NotFound => KmsError::InvalidGrantToken", "KeyProviderError::NotFound => KmsError::InvalidGrantId", "s1"),
]


def broken(number, path, old, new, tests):
    """Whether a test fails while the mutation is in place."""
    file = ROOT / path
    text = file.read_text()
    if text.count(old) != 1:
        sys.exit(f"{number}: {path} has {text.count(old)} times {old!r}")
    try:
        file.write_text(text.replace(old, new))
        build = ["cargo", "test", "--quiet", "--test", "behaviour"]
        run = subprocess.run([*build, "--no-run"], cwd=ROOT, capture_output=True, text=True)
        if run.returncode == 0:
            run = subprocess.run(["timeout", "60", *build, tests], cwd=ROOT, capture_output=True, text=True)
    finally:
        file.write_text(text)
    if "could not compile" in run.stderr:
        sys.exit(f"{number}: does not compile\n{run.stderr}")
    failed = [line.split()[1] for line in run.stdout.splitlines() if line.startswith("---- ")]
    caught = bool(failed) or run.returncode == 124
    by = "hangs" if run.returncode == 124 else f"{len(failed)} tests"
    print(f"{number:2} {'caught  ' if caught else 'SURVIVES'} {path}: {old.strip().splitlines()[0]} ({by})", flush=True)
    return caught


def main():
    chosen = {int(number) for number in sys.argv[1:]} or set(range(1, len(MUTATIONS) + 1))
    rows = [(number, *row) for number, row in enumerate(MUTATIONS, 1) if number in chosen]
    caught = sum(broken(*row) for row in rows)
    print(f"{caught} of {len(rows)} caught")
    sys.exit(caught != len(rows))


if __name__ == "__main__":
    main()
