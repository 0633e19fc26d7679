//! The checks of a symmetric key.

use crate::key::KeyMaterialId;
use crate::provider::{KeyActionError, KmsKey, MessageNonces};

use super::report::Report;

const AAD: &[u8] = b"additional authenticated data";

const NONCES: MessageNonces = MessageNonces {
    derivation: [0xd1; 16],
    iv: [0x1f; 12],
};

/// The shortest and the longest content of a blob, 11 bytes longer than its plaintext, and some in between.
const LENGTHS: [usize; 6] = [12, 15, 16, 17, 1024, 4107];

/// A message that a key has sealed.
#[derive(Clone)]
struct Message {
    material: KeyMaterialId,
    nonces: MessageNonces,
    aad: Vec<u8>,
    content: Vec<u8>,
    tag: [u8; 16],
}

pub(super) fn check(report: &mut Report, key: &dyn KmsKey, current: &KeyMaterialId) {
    let mut other = *current.as_bytes();
    flip(&mut other, 0);
    let other = KeyMaterialId::from_bytes(other);
    let has = |id| move || key.has_material(id);
    if report.call("has_material", has(current)) == Some(false) {
        report.fail("has_material is false for the current key material");
    }
    if report.call("has_material", has(&other)) == Some(true) {
        report.fail("has_material is true for a key material that does not exist");
    }
    for len in LENGTHS {
        for aad in [AAD, &[]] {
            let plaintext = plaintext(len);
            let Some(message) = seal(report, key, current, (&NONCES, aad), &plaintext) else {
                return;
            };
            report.require(
                message.content != plaintext,
                format_args!("seal does not change a plaintext of {len} bytes"),
            );
            must_open(report, key, &message, &plaintext);
        }
    }
    let plaintext = plaintext(64);
    let Some(message) = seal(report, key, current, (&NONCES, AAD), &plaintext) else {
        return;
    };
    check_nonces(report, key, current, &message);
    for (what, message) in altered(&message, other) {
        must_reject(report, key, &message, &what);
    }
}

/// Checks that the ciphertext depends on both nonces, and on no other randomness.
fn check_nonces(report: &mut Report, key: &dyn KmsKey, current: &KeyMaterialId, message: &Message) {
    let plaintext = plaintext(64);
    let again = seal(report, key, current, (&NONCES, AAD), &plaintext);
    if again.is_some_and(|again| again.content != message.content || again.tag != message.tag) {
        report.fail("seal makes different ciphertexts with the same nonces");
    }
    let derivation = MessageNonces {
        derivation: [0xd2; 16],
        ..NONCES
    };
    let iv = MessageNonces {
        iv: [0x2f; 12],
        ..NONCES
    };
    for (name, nonces) in [("derivation nonce", derivation), ("iv", iv)] {
        let other = seal(report, key, current, (&nonces, AAD), &plaintext);
        if other.is_some_and(|other| other.content == message.content) {
            report.fail(format_args!("seal does not use the {name}"));
        }
    }
}

/// The message, altered in all the ways in which it must not open.
fn altered(message: &Message, other: KeyMaterialId) -> Vec<(String, Message)> {
    let mut altered = Vec::new();
    let mut with = |what: String, change: &dyn Fn(&mut Message)| {
        let mut message = message.clone();
        change(&mut message);
        altered.push((what, message));
    };
    for bit in 0..128 {
        with(format!("bit {bit} of the tag flipped"), &|message| {
            flip(&mut message.tag, bit);
        });
    }
    for bit in [0, 7, 8 * 32, 8 * 64 - 1] {
        with(format!("bit {bit} of the content flipped"), &|message| {
            flip(&mut message.content, bit);
        });
    }
    with("no content".to_owned(), &|message| message.content.clear());
    with("a byte less of content".to_owned(), &|message| {
        message.content.truncate(63);
    });
    with("a byte more of content".to_owned(), &|message| {
        message.content.push(0);
    });
    with("other additional data".to_owned(), &|message| {
        flip(&mut message.aad, 0);
    });
    with("no additional data".to_owned(), &|message| {
        message.aad.clear()
    });
    with("more additional data".to_owned(), &|message| {
        message.aad.push(0);
    });
    with("another derivation nonce".to_owned(), &|message| {
        flip(&mut message.nonces.derivation, 0);
    });
    with("another iv".to_owned(), &|message| {
        flip(&mut message.nonces.iv, 0);
    });
    with(
        "a key material that does not exist".to_owned(),
        &|message| {
            message.material = other;
        },
    );
    altered
}

pub(super) fn compare(report: &mut Report, one: &dyn KmsKey, other: &dyn KmsKey) {
    let ids = [one, other].map(|key| key.metadata().current_key_material_id().copied());
    let [Some(id), Some(other_id)] = ids else {
        return report.fail("one of the keys names no current key material");
    };
    if id != other_id {
        return report.fail(format_args!(
            "its current key material is {id}, and the other key's {other_id}"
        ));
    }
    let plaintext = plaintext(64);
    let mut messages = Vec::new();
    for (sealer, opener) in [(one, other), (other, one)] {
        if let Some(message) = seal(report, sealer, &id, (&NONCES, AAD), &plaintext) {
            must_open(report, opener, &message, &plaintext);
            messages.push(message);
        }
    }
    if let [one, other] = messages.as_slice() {
        report.require(
            one.content == other.content && one.tag == other.tag,
            "the two keys make different ciphertexts with the same nonces",
        );
    }
}

fn seal(
    report: &mut Report,
    key: &dyn KmsKey,
    material: &KeyMaterialId,
    (nonces, aad): (&MessageNonces, &[u8]),
    plaintext: &[u8],
) -> Option<Message> {
    let mut content = plaintext.to_vec();
    let sealed = report.call("seal", || key.seal(nonces, aad, &mut content))?;
    match sealed {
        Ok(tag) => Some(Message {
            material: *material,
            nonces: *nonces,
            aad: aad.to_vec(),
            content,
            tag,
        }),
        Err(error) => {
            report.fail(format_args!(
                "seal fails on {} bytes: {error}",
                plaintext.len()
            ));
            None
        }
    }
}

/// Opens a message, and returns the result and the content of the buffer.
fn open(
    report: &mut Report,
    key: &dyn KmsKey,
    message: &Message,
) -> Option<(Result<(), KeyActionError>, Vec<u8>)> {
    let Message {
        material,
        nonces,
        aad,
        content,
        tag,
    } = message;
    let mut content = content.clone();
    let opened = report.call("open", || {
        key.open(material, nonces, aad, &mut content, tag)
    })?;
    Some((opened, content))
}

fn must_open(report: &mut Report, key: &dyn KmsKey, message: &Message, plaintext: &[u8]) {
    match open(report, key, message) {
        Some((Ok(()), content)) => report.require(
            content == plaintext,
            format_args!("open returns other {} bytes", plaintext.len()),
        ),
        Some((Err(error), _)) => report.fail(format_args!(
            "open fails on a ciphertext of {} bytes: {error}",
            plaintext.len()
        )),
        None => {}
    }
}

fn must_reject(report: &mut Report, key: &dyn KmsKey, message: &Message, what: &str) {
    match open(report, key, message) {
        Some((Ok(()), _)) => report.fail(format_args!("open takes a message with {what}")),
        Some((Err(KeyActionError::Rejected), content)) => report.require(
            content == message.content,
            format_args!("open leaves data in the buffer of a message with {what}"),
        ),
        Some((Err(error), _)) => report.fail(format_args!(
            "open says more than Rejected of a message with {what}: {error}"
        )),
        None => {}
    }
}

fn plaintext(len: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(len).collect()
}

fn flip(bytes: &mut [u8], bit: usize) {
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
}
