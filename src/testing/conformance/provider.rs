//! The suite for [`KeyProvider`].

use crate::key::{AliasArn, KeyArn, KeyMaterialId};
use crate::provider::{KeyProvider, KeyProviderError, KeyRef, KeyView, KmsKey};

use super::key;
use super::report::{Failures, Report};

/// Checks that a provider does what the engine relies on, with these of its keys, and checks each of them with
/// [`check_key`](super::check_key).
///
/// It looks every key up by its ARN, by its current material and by its aliases, and asks for keys, materials, aliases
/// and grant tokens that do not exist.
///
/// ```
/// use kms_reencrypt::testing::conformance::check_provider;
/// use kms_reencrypt::testing::{Fault, FaultyProvider};
/// use kms_reencrypt::{Keyring, KeySpec};
///
/// let keyring = Keyring::new("111122223333", "us-east-2")?;
/// let key = keyring.create_key(KeySpec::SymmetricDefault)?;
/// let provider = FaultyProvider::new(keyring);
/// assert_eq!(check_provider(&provider, &[key]), Ok(()));
///
/// provider.faults().inject(Fault::key_unavailable());
/// let failures = check_provider(&provider, &[key]).expect_err("no key is available");
/// assert!(failures.to_string().contains("key fails"));
/// # Ok::<(), kms_reencrypt::KmsError>(())
/// ```
///
/// # Errors
///
/// [`Failures`] with all failures.
pub fn check_provider(provider: &dyn KeyProvider, keys: &[KeyArn]) -> Result<(), Failures> {
    let mut report = Report::new("the provider".to_owned());
    for arn in keys {
        in_view(&mut report, provider, |report, view| {
            check_look_ups(report, view, arn);
        });
    }
    in_view(&mut report, provider, |report, view| {
        check_absences(report, view, keys);
    });
    report.finish()
}

/// [`check_provider`] as an assertion.
///
/// # Panics
///
/// If there are failures, with the list of them.
#[track_caller]
pub fn assert_provider(provider: &dyn KeyProvider, keys: &[KeyArn]) {
    if let Err(failures) = check_provider(provider, keys) {
        panic!("{failures}");
    }
}

/// Runs a check in a view, and checks that the provider gives exactly one view.
fn in_view(
    report: &mut Report,
    provider: &dyn KeyProvider,
    mut check: impl FnMut(&mut Report, &dyn KeyView),
) {
    let mut views = 0;
    let mut inner = Report::new("the view".to_owned());
    let result = report.call("view", || {
        provider.view(&mut |view| {
            views += 1;
            if views == 1 {
                check(&mut inner, view);
            }
        })
    });
    report.add(inner);
    match result {
        Some(Ok(())) => report.require(
            views == 1,
            format_args!("view calls its visitor {views} times, not once"),
        ),
        Some(Err(error)) => report.fail(format_args!("view fails: {error}")),
        None => {}
    }
}

/// Checks that all look-ups find the key.
fn check_look_ups(report: &mut Report, view: &dyn KeyView, arn: &KeyArn) {
    let name = format!("key_with_material for {arn}");
    let Some(found) = report.call(format_args!("key for {arn}"), || view.key(arn)) else {
        return;
    };
    let key = match found {
        Ok(key) => key,
        Err(error) => return report.fail(format_args!("key fails for {arn}: {error}")),
    };
    must_be(report, "key", &*key, arn);
    if let Some(id) = key.metadata().current_key_material_id() {
        match report.call(&name, || view.key_with_material(arn.place(), id)) {
            Some(Ok(key)) => must_be(report, "key_with_material", &*key, arn),
            Some(Err(error)) => report.fail(format_args!("{name} fails: {error}")),
            None => {}
        }
    }
    for alias in key.aliases() {
        let alias = AliasArn::new(*arn.place(), alias.clone());
        match report.call(format_args!("alias_target for {alias}"), || {
            view.alias_target(&alias)
        }) {
            Some(Ok(target)) => report.require(
                target == *arn,
                format_args!(
                    "alias_target for {alias} is {target}, but the key {arn} lists the alias"
                ),
            ),
            Some(Err(error)) => report.fail(format_args!(
                "alias_target fails for {alias}, which the key {arn} lists: {error}"
            )),
            None => {}
        }
    }
    let same = report.call("key", || view.key(arn));
    if let Some(Ok(same)) = same {
        report.require(
            same.metadata() == key.metadata(),
            format_args!("the metadata of {arn} change within a view"),
        );
    }
    report.add(key::report(&*key));
}

/// Checks that look-ups of what does not exist end with `NotFound`, and nothing else.
fn check_absences(report: &mut Report, view: &dyn KeyView, keys: &[KeyArn]) {
    for arn in keys {
        let regions = ["af-south-1", "ap-northeast-3", "cn-northwest-1"];
        for region in regions.iter().filter_map(|region| region.parse().ok()) {
            let elsewhere = arn.in_region(region);
            if !keys.contains(&elsewhere) && !arn.key_id().is_multi_region() {
                let found = report.call("key", || view.key(&elsewhere).map(|key| arn_of(&key)));
                must_be_absent(report, &format!("key for {elsewhere}"), found);
            }
        }
        if let Ok(name) = "alias/kms-reencrypt-conformance-nobody-has-this".parse() {
            let alias = AliasArn::new(*arn.place(), name);
            let found = report.call("alias_target", || view.alias_target(&alias));
            must_be_absent(report, &format!("alias_target for {alias}"), found);
        }
        for byte in [0x00, 0x5a, 0xff] {
            let id = KeyMaterialId::from_bytes([byte; 32]);
            let found = report.call("key_with_material", || {
                let key = view.key_with_material(arn.place(), &id)?;
                Ok(arn_of(&key))
            });
            must_be_absent(report, &format!("key_with_material for {id}"), found);
        }
    }
    let longest = "x".repeat(8192);
    for token in ["", "token", "\0", "ß=+/", &longest] {
        let found = report.call("grant_of_token", || view.grant_of_token(token));
        must_be_absent(
            report,
            &format!("grant_of_token for {} characters of nonsense", token.len()),
            found.map(|found| found.map(|grant| grant.to_string())),
        );
    }
}

fn must_be(report: &mut Report, method: &str, key: &dyn KmsKey, arn: &KeyArn) {
    let actual = key.metadata().arn();
    report.require(
        actual == arn,
        format_args!("{method} returns the key {actual}, not {arn}"),
    );
}

fn must_be_absent(
    report: &mut Report,
    name: &str,
    found: Option<Result<impl core::fmt::Display, KeyProviderError>>,
) {
    match found {
        Some(Ok(found)) => report.fail(format_args!("{name} finds {found}, which does not exist")),
        Some(Err(KeyProviderError::NotFound)) | None => {}
        Some(Err(error)) => report.fail(format_args!("{name} must be NotFound, but is: {error}")),
    }
}

fn arn_of(key: &KeyRef<'_>) -> KeyArn {
    *key.metadata().arn()
}
