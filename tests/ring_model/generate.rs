//! Which step comes next: mostly about keys that are there, now and then about others.

use crate::choices::Choices;
use crate::model::{Model, regions};
use crate::step::{Act, Asker, Caller, Kind, Name, Naming, Policy, Source, Step};

/// How many keys there are at most.
const KEYS_MAX: usize = 20;
/// Key ids to choose from. One that is gone may come back with other material.
const FAMILIES: usize = 10;
const ALIASES: usize = 5;
/// How many different bytes are imported.
const IMPORTED: usize = 6;

pub(crate) fn next(choices: &mut Choices, model: &Model) -> Step {
    let names = model.names();
    if names.len() > KEYS_MAX {
        return Step::Delete(choices.one_of(&names));
    }
    let name = name(choices, &names);
    let region = choices.below(regions().len());
    let alias = alias(choices);
    match choices.below(100) {
        0..2 => Step::Create(any_name(choices), kind(choices)),
        2..8 => Step::CreateAlias(name.region, alias, name),
        8..11 => Step::UpdateAlias(name.region, alias, name),
        11 => Step::UpdateAlias(region, alias, name),
        12..14 => Step::DeleteAlias(region, alias),
        14..18 => Step::Rotate(name),
        18 => Step::EnableRotation(name, period(choices)),
        19 if choices.once_in(3) => Step::DisableRotation(name),
        19 => Step::EnableRotation(name, period(choices)),
        20..30 => Step::Import {
            key: name,
            bytes: u8::try_from(choices.below(IMPORTED)).unwrap(),
            new: choices.once_in(2),
            valid_hours: choices.once_in(3).then(|| hours(choices)),
        },
        30 => Step::DeleteMaterial(name),
        31..34 => Step::Replicate(name, region),
        34 | 35 => Step::UpdatePrimary(name, region),
        36..40 => Step::Enable(name),
        40..42 => Step::Disable(name),
        42 => Step::Schedule(name, u32::try_from(6 + choices.below(26)).unwrap()),
        43..47 => Step::Cancel(name),
        47 => Step::Delete(name),
        48..52 => Step::Grant(name, act(choices)),
        52..54 => Step::Revoke(name, grant(choices, model)),
        54 => retire(choices, model),
        55 => Step::PutPolicy(name, policy(choices)),
        56..70 => Step::Encrypt(asker(choices, name), naming(choices, name, alias)),
        70..96 => request(choices, model, name),
        96..98 => Step::Wait(hours(choices)),
        98 => Step::PutPolicy(name, Policy::Account),
        // A file is written to the disk, which takes its time.
        _ if choices.once_in(3) => Step::SaveAndLoad,
        // Long enough for automatic rotation.
        _ => Step::Wait(24 * 45),
    }
}

/// Of a key that is there, if there is one.
fn name(choices: &mut Choices, names: &[Name]) -> Name {
    if names.is_empty() || choices.once_in(20) {
        any_name(choices)
    } else {
        choices.one_of(names)
    }
}

fn any_name(choices: &mut Choices) -> Name {
    Name {
        family: choices.below(FAMILIES),
        region: choices.below(regions().len()),
    }
}

fn alias(choices: &mut Choices) -> u8 {
    u8::try_from(choices.below(ALIASES)).unwrap()
}

fn kind(choices: &mut Choices) -> Kind {
    choices.one_of(&[
        Kind::Symmetric,
        Kind::Symmetric,
        Kind::External,
        Kind::External,
        Kind::Signing,
    ])
}

fn act(choices: &mut Choices) -> Act {
    choices.one_of(&[
        Act::Encrypt,
        Act::Decrypt,
        Act::ReEncryptFrom,
        Act::ReEncryptTo,
    ])
}

fn policy(choices: &mut Choices) -> Policy {
    match choices.below(8) {
        0 => Policy::NoDecrypt,
        1 => Policy::Nobody,
        _ => Policy::Account,
    }
}

/// Mostly as short as it may be, and now and then shorter.
fn period(choices: &mut Choices) -> u32 {
    match choices.below(8) {
        0 => 89,
        1 => 2561,
        _ => u32::try_from(90 + choices.below(30)).unwrap(),
    }
}

/// None, some, or more than a waiting period.
fn hours(choices: &mut Choices) -> u64 {
    match choices.below(16) {
        0 => 0,
        1..15 => u64::try_from(choices.below(72)).unwrap(),
        _ => u64::try_from(choices.below(24 * 70)).unwrap(),
    }
}

/// One of the latest grants.
fn grant(choices: &mut Choices, model: &Model) -> usize {
    let latest = model.grants.min(20);
    model.grants.saturating_sub(1 + choices.below(latest + 1))
}

/// A grant that is there is given back by its token. What becomes of a token later is not the model's affair.
fn retire(choices: &mut Choices, model: &Model) -> Step {
    let grant = grant(choices, model);
    match model.holder(grant) {
        Some(_) => Step::Retire(grant),
        None => Step::Wait(0),
    }
}

fn asker(choices: &mut Choices, name: Name) -> Asker {
    Asker {
        caller: choices.one_of(&[Caller::Owner, Caller::Owner, Caller::Auditor]),
        region: match choices.once_in(12) {
            true => choices.below(regions().len()),
            false => name.region,
        },
    }
}

fn naming(choices: &mut Choices, name: Name, alias: u8) -> Naming {
    if choices.once_in(4) {
        Naming::Alias(alias)
    } else {
        Naming::Arn(name)
    }
}

/// Decrypt or ReEncrypt, if there is a ciphertext.
fn request(choices: &mut Choices, model: &Model, name: Name) -> Step {
    let alias = alias(choices);
    if model.blobs() == 0 {
        return Step::Encrypt(asker(choices, name), Naming::Arn(name));
    }
    let blob = match choices.once_in(3) {
        true => choices.below(model.blobs()),
        // One of the latest, whose key is likely to be there.
        false => model.blobs() - 1 - choices.below(model.blobs().min(8)),
    };
    // Mostly where a key is that may have made it.
    let family = model.family_of(blob);
    let candidates: Vec<Name> = model
        .names()
        .into_iter()
        .filter(|name| name.family == family)
        .collect();
    let maker = match candidates.is_empty() || choices.once_in(8) {
        true => name,
        false => choices.one_of(&candidates),
    };
    let asker = asker(choices, maker);
    let source = Source {
        blob,
        named: choices.once_in(3).then(|| naming(choices, maker, alias)),
        right_context: !choices.once_in(10),
    };
    if choices.once_in(2) {
        return Step::Decrypt(asker, source);
    }
    let destination = name.in_region(match choices.once_in(4) {
        true => name.region,
        false => maker.region,
    });
    Step::ReEncrypt(asker, source, naming(choices, destination, alias))
}
