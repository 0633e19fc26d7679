//! behaviour §9: key material, as rotation and import change it.

use kms_reencrypt::keyring::{ImportedMaterial, NewKey, WrappingAlgorithm, WrappingKeySpec};
use kms_reencrypt::{
    DecryptRequest, EncryptRequest, ExpirationModel, KeyOrigin, KeySpec, KeyState, Keyring, Kms,
};

use crate::ask::{decrypt, encrypt, re_encrypt};
use crate::common::encrypting;
use crate::section::Evidence::{Doc, Guess, Inferred, Recorded, RecordedByWord};
use crate::section::Section;
use crate::texts::{
    Expected, Success, disabled, incorrect_key, invalid_ciphertext, invalid_state,
    nothing_to_rotate_to, pending_rotation, rotation_limit, unsupported, unsupported_origin,
};
use crate::world::World;

#[test]
fn after_a_rotation_the_old_opens_and_the_new_is_written() {
    let world = World::with_keys();
    let a = world.key("A");
    let current = || {
        let metadata = world.keyring.describe_key(a).unwrap();
        metadata.current_key_material_id().map(ToString::to_string)
    };
    let mut materials = vec![current()];
    let mut blobs = vec![world.blob_of("A")];
    for _ in 0..3 {
        world.keyring.rotate_key_on_demand(a).unwrap();
        materials.push(current());
        blobs.push(world.blob_of("A"));
    }
    let newest = materials.last().unwrap().clone();
    Section::run("9", "rotation", &world, |section| {
        for (age, (blob, material)) in blobs.iter().zip(&materials).enumerate() {
            let ask = decrypt().blob(blob.clone());
            section.response(Recorded, format!("Decrypt {age}"), ask, |_, answer| {
                answer.source.1 == *material
                    && answer.plaintext.as_ref().unwrap().expose() == b"hello"
            });
            let ask = re_encrypt().blob(blob.clone()).destination("<A>");
            let name = format!("ReEncrypt of {age} to the same key");
            section.response(Doc, name, ask, |_, answer| {
                answer.source.1 == *material && answer.destination.1 == newest
            });
            let ask = re_encrypt()
                .blob(blob.clone())
                .source("<A>")
                .destination("<B>");
            section.case(Doc, format!("named key {age}"), ask, Success);
        }
        for (age, material) in materials.iter().enumerate() {
            let text = material.as_deref().unwrap_or_default();
            let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            let well_formed = text.len() == 64 && text.bytes().all(hex);
            section.compare(Doc, format!("id {age} is hexadecimal"), &well_formed, &true);
            let name = format!("id {age} is new");
            section.compare(
                Doc,
                name,
                &materials.iter().filter(|m| *m == material).count(),
                &1,
            );
        }
    });
}

#[test]
fn material_ids_are_told_of_symmetric_keys_only() {
    let world = World::with_keys();
    let by = "RSAES_OAEP_SHA_256";
    let rsa = world.encrypted(&encrypt("-").destination("<rsa>").destination_by(by));
    let from_rsa = || re_encrypt().blob(rsa.clone()).source("<rsa>").source_by(by);
    let from_a = || re_encrypt().blob(world.blob_of("A"));
    Section::run("9", "material ids in responses", &world, |section| {
        for (name, ask, expected) in [
            ("A to B", from_a().destination("<B>"), (true, true)),
            (
                "A to RSA",
                from_a().destination("<rsa>").destination_by(by),
                (true, false),
            ),
            ("RSA to A", from_rsa().destination("<A>"), (false, true)),
            (
                "RSA to RSA",
                from_rsa().destination("<rsa>").destination_by(by),
                (false, false),
            ),
        ] {
            section.response(Doc, name, ask, |_, answer| {
                (answer.source.1.is_some(), answer.destination.1.is_some()) == expected
            });
        }
        let ask = decrypt().blob(rsa.clone()).source("<rsa>").source_by(by);
        section.response(Doc, "Decrypt by RSA", ask, |_, answer| {
            answer.source.1.is_none()
        });
    });
}

#[test]
fn a_key_is_rotated_25_times_and_no_more() {
    let world = World::with_keys();
    let a = world.key("A");
    let first = world.blob_of("A");
    Section::run("9", "limits of rotation", &world, |section| {
        for number in 1..=25 {
            let answer = world.keyring.rotate_key_on_demand(a);
            section.answer(Doc, format!("rotation {number}"), answer, Success);
        }
        let answer = world.keyring.rotate_key_on_demand(a);
        section.answer(Recorded, "rotation 26", answer, rotation_limit("<A>"));
        let ask = re_encrypt().blob(first).destination("<A>");
        section.case(Doc, "the first material still opens", ask, Success);
        let count = world.keyring.key_rotations(a).unwrap().len();
        section.compare(Doc, "materials", &count, &26);
    });
}

#[test]
fn not_every_key_can_be_rotated() {
    let world = World::with_keys();
    world.symmetric("off");
    world.set_state("off", KeyState::Disabled);
    world.add("hmac", KeySpec::Hmac256);
    world.signing("signing");
    let of = |origin| NewKey::new(KeySpec::SymmetricDefault).origin(origin);
    world.add("hsm", of(KeyOrigin::AwsCloudhsm));
    world.add("xks", of(KeyOrigin::ExternalKeyStore));
    world.add("external", of(KeyOrigin::External));
    world.add("disabled rsa", encrypting(KeySpec::Rsa2048));
    world.set_state("disabled rsa", KeyState::Disabled);
    let rows: [(_, _, Expected); 8] = [
        (Recorded, "off", disabled("<off>")),
        (Recorded, "rsa", unsupported()),
        (Recorded, "hmac", unsupported()),
        (Recorded, "signing", unsupported()),
        (Inferred, "hsm", unsupported_origin("<hsm>", "AWS_CLOUDHSM")),
        (
            Inferred,
            "xks",
            unsupported_origin("<xks>", "EXTERNAL_KEY_STORE"),
        ),
        (
            Recorded,
            "external",
            invalid_state("<external>", "pending import"),
        ),
        (RecordedByWord, "disabled rsa", disabled("<disabled rsa>")),
    ];
    Section::run("9", "keys that do not rotate", &world, |section| {
        for (evidence, key, expected) in rows {
            let answer = world.keyring.rotate_key_on_demand(world.key(key));
            section.answer(evidence, key, answer, expected);
        }
    });
}

#[test]
fn imported_material_comes_and_goes() {
    let world = World::with_keys();
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let e = world.add("E", external);
    let keyring = &world.keyring;
    let import = |byte| {
        let id = keyring.import_key_material(e, ImportedMaterial::new([byte; 32]));
        id.map(Option::unwrap)
    };
    let import_new = |byte| {
        let material = ImportedMaterial::new([byte; 32]).as_new_key_material();
        keyring.import_key_material(e, material).map(Option::unwrap)
    };
    let current = || {
        *keyring
            .describe_key(e)
            .unwrap()
            .current_key_material_id()
            .unwrap()
    };
    let to = || re_encrypt().blob(world.blob_of("A")).destination("<E>");
    let from = |blob: &Vec<u8>| re_encrypt().blob(blob.clone()).destination("<B>");
    let pending = || invalid_state("<E>", "pending import");
    Section::run("9", "imported material", &world, |section| {
        section.case(Recorded, "before the import", to(), pending());
        let first = import(1).unwrap();
        section.case(Recorded, "imported", to(), Success);
        let under_first = world.blob_of("E");
        let wrong = import(2).map_err(|error| error.code().to_owned());
        let expected = Err("IncorrectKeyMaterialException".to_owned());
        section.compare(Doc, "other bytes, not declared new", &wrong, &expected);

        let answer = keyring.rotate_key_on_demand(e);
        section.answer(
            Recorded,
            "nothing to rotate to",
            answer,
            nothing_to_rotate_to("<E>"),
        );
        let second = import_new(2).unwrap();
        section.compare(Recorded, "new material waits", &current(), &first);
        let states: Vec<_> = keyring.key_rotations(e).unwrap();
        let states: Vec<_> = states
            .iter()
            .map(|r| r.key_material_state.as_str())
            .collect();
        section.compare(
            Recorded,
            "as pending rotation",
            &states,
            &vec!["CURRENT", "PENDING_ROTATION"],
        );
        keyring.rotate_key_on_demand(e).unwrap();
        section.compare(Recorded, "until it is rotated to", &current(), &second);
        let under_second = world.blob_of("E");
        section.case(Doc, "the first opens", from(&under_first), Success);
        section.case(Doc, "the second opens", from(&under_second), Success);

        // One of them is enough to make the key unusable, whichever.
        for (name, gone, bytes) in [("the first", first, 1), ("the second", second, 2)] {
            keyring.delete_imported_key_material(e, Some(gone)).unwrap();
            let metadata = keyring.describe_key(e).unwrap();
            let shown = (
                metadata.current_key_material_id(),
                metadata.expiration_model(),
            );
            section.compare(Recorded, "what is shown", &shown, &(Some(&second), None));
            section.case(Doc, format!("{name} deleted: destination"), to(), pending());
            for blob in [&under_first, &under_second] {
                section.case(
                    RecordedByWord,
                    format!("{name} deleted: source"),
                    from(blob),
                    pending(),
                );
                let named = from(blob).source("<E>");
                section.case(
                    RecordedByWord,
                    format!("{name} deleted: named"),
                    named,
                    pending(),
                );
            }
            import(bytes).unwrap();
            section.case(
                Doc,
                format!("{name} imported again"),
                from(&under_first),
                Success,
            );
            section.case(
                Doc,
                format!("{name} imported again"),
                from(&under_second),
                Success,
            );
        }
        let model = keyring.describe_key(e).unwrap().expiration_model();
        section.compare(
            Doc,
            "shown again",
            &model,
            &Some(ExpirationModel::KeyMaterialDoesNotExpire),
        );

        // What waits for rotation has encrypted nothing: nothing is missing without it.
        let third = import_new(3).unwrap();
        let refused = import_new(4);
        keyring
            .delete_imported_key_material(e, Some(third))
            .unwrap();
        let fourth = import_new(4).unwrap();
        let waits = pending_rotation("<E>", &fourth.to_string(), &third.to_string());
        section.answer(Recorded, "one waits at a time", refused, waits);
        keyring
            .delete_imported_key_material(e, Some(fourth))
            .unwrap();
        section.case(Doc, "pending material deleted", to(), Success);
        let answer = keyring.rotate_key_on_demand(e);
        section.answer(
            Doc,
            "and not rotated to",
            answer,
            nothing_to_rotate_to("<E>"),
        );
        let again = import_new(1).map_err(|error| error.code());
        section.compare(
            Doc,
            "new material that is old",
            &again,
            &Err("IncorrectKeyMaterialException"),
        );
        let named = ImportedMaterial::new([9; 32])
            .as_new_key_material()
            .key_material_id(third);
        let answer = keyring.import_key_material(e, named);
        let code = answer.map_err(|error| error.code());
        section.compare(
            Guess(34),
            "new material whose id is given",
            &code,
            &Err("ValidationException"),
        );
        let answer = keyring.delete_imported_key_material(e, Some(third));
        let code = answer.map_err(|error| error.code());
        section.compare(
            Guess(34),
            "material that is not there",
            &code,
            &Err("ValidationException"),
        );

        let answer = keyring.import_key_material(world.key("A"), ImportedMaterial::new([1; 32]));
        let own = unsupported_origin("<A>", "AWS_KMS");
        section.answer(RecordedByWord, "into a key of KMS's own", answer, own);
        let answer = keyring.import_key_material(world.key("rsa"), ImportedMaterial::new([1; 32]));
        let own = unsupported_origin("<rsa>", "AWS_KMS");
        section.answer(RecordedByWord, "into an RSA key", answer, own);
    });
}

#[test]
fn material_is_deleted_even_where_there_is_none_and_before_the_key_is() {
    let world = World::with_keys();
    let external = NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    let e = world.add("E", external);
    let keyring = &world.keyring;
    let state = || keyring.describe_key(e).unwrap().key_state();
    Section::run("9", "deleting material", &world, |section| {
        let answer = keyring.delete_imported_key_material(e, None);
        section.answer(Doc, "nothing imported", answer, Success);
        section.compare(Doc, "its state", &state(), &KeyState::PendingImport);

        keyring
            .import_key_material(e, ImportedMaterial::new([7; 32]))
            .unwrap();
        keyring.schedule_key_deletion(e, 7).unwrap();
        let answer = keyring.delete_imported_key_material(e, None);
        section.answer(Doc, "pending deletion", answer, Success);
        section.compare(Doc, "its state", &state(), &KeyState::PendingDeletion);
        keyring.cancel_key_deletion(e).unwrap();
        section.compare(Inferred, "cancelled", &state(), &KeyState::PendingImport);

        let answer = keyring.delete_imported_key_material(world.key("A"), None);
        let own = unsupported_origin("<A>", "AWS_KMS");
        section.answer(RecordedByWord, "of a key of KMS's own", answer, own);
    });
}

#[test]
fn equal_bytes_under_another_id_open_nothing() {
    let world = World::with_keys();
    let external = || NewKey::new(KeySpec::SymmetricDefault).origin(KeyOrigin::External);
    for name in ["E", "F"] {
        let key = world.add(name, external());
        let material = ImportedMaterial::new([7; 32]);
        world.keyring.import_key_material(key, material).unwrap();
    }
    let of_e = world.blob_of("E");
    let of_f = world.blob_of("F");
    // The header of one and the body of the other: both ids are known, and the material is the same bytes.
    let (header, _) = of_f.split_at(37);
    let (_, body) = of_e.split_at(37);
    let moved = [header, body].concat();
    Section::run("9", "equal bytes", &world, |section| {
        let ask = |blob: &Vec<u8>| re_encrypt().blob(blob.clone()).destination("<A>");
        section.case(Doc, "its own key", ask(&of_e).source("<E>"), Success);
        section.case(
            Doc,
            "the other key",
            ask(&of_e).source("<F>"),
            incorrect_key(),
        );
        section.case(Doc, "another header", ask(&moved), invalid_ciphertext());
        let named = ask(&moved).source("<F>");
        section.case(Doc, "another header, named", named, invalid_ciphertext());
        section.case(
            Doc,
            "named as it was",
            ask(&moved).source("<E>"),
            incorrect_key(),
        );
    });
}

/// AWS has no such keys, as nobody chooses an id there. A blob is bound to id and material, not to account or Region.
#[test]
fn keys_of_one_id_and_one_material_open_their_own_blobs_and_each_others() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let rings = [
        keyring.clone(),
        keyring.in_account("444455556666".parse().unwrap()),
        keyring.in_region("eu-west-1".parse().unwrap()),
    ];
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    let keys = rings.each_ref().map(|ring| {
        let key = NewKey::new(KeySpec::SymmetricDefault).key_id(id);
        ring.create_key(key.symmetric_material([7; 32])).unwrap()
    });
    let blobs = rings.each_ref().map(|ring| {
        let request = EncryptRequest::builder().key_id(id).plaintext(b"-");
        let encrypted = Kms::new(ring.clone()).encrypt(&request.build().unwrap());
        encrypted.unwrap().into_ciphertext_blob()
    });
    let opened_by = |ring: &Keyring, blob: &[u8]| {
        let request = DecryptRequest::builder().ciphertext_blob(blob);
        let decrypted = Kms::new(ring.clone()).decrypt(&request.build().unwrap());
        decrypted.map(|answer| *answer.key_id())
    };
    for (ring, key) in rings.iter().zip(keys) {
        for blob in &blobs {
            assert_eq!(opened_by(ring, blob).unwrap(), key);
        }
    }
    // The others stay when the first goes.
    keyring.delete_key(keys[0]).unwrap();
    for (ring, key) in rings.iter().zip(keys).skip(1) {
        for blob in &blobs {
            assert_eq!(opened_by(ring, blob).unwrap(), key);
        }
    }
    // What is left in the Region of the first is another account's key.
    let refused = opened_by(&keyring, &blobs[0]).unwrap_err();
    assert_eq!(refused.code(), "AccessDeniedException");
}

#[test]
fn an_import_token_counts_in_the_ring_that_issued_it() {
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab".parse().unwrap();
    let [ring, other] = [(); 2].map(|()| {
        let ring = Keyring::new("111122223333", "cn-north-1").unwrap();
        let key = NewKey::new(KeySpec::SymmetricDefault).key_id(id);
        ring.create_key(key.origin(KeyOrigin::External)).unwrap();
        ring
    });
    let parameters = ring
        .parameters_for_import(
            id,
            WrappingAlgorithm::RsaesOaepSha256,
            WrappingKeySpec::Rsa2048,
        )
        .unwrap();
    for (ring, code) in [
        (ring, "InvalidCiphertextException"),
        (other, "InvalidImportTokenException"),
    ] {
        let refused = ring.unwrap_key_material(id, &parameters.import_token, &[1; 256]);
        assert_eq!(refused.unwrap_err().code(), code);
    }
}
