//! Reads faults from a text.

use core::time::Duration;

use crate::error::InfrastructureError;
use crate::json::{self, Element, Problem, Value};
use crate::key::KeyArn;
use crate::operation::Operation;
use crate::provider::KeyProviderError;
use crate::testing::faults::{Fault, ProviderCall};

use super::error::FaultsFileError;

/// How many faults a document may have: every call of a provider checks each of them.
const FAULTS_MAX: usize = 1000;

/// How many bytes a message may have.
const MESSAGE_MAX: usize = 8192;

const DELAY_MAX: Duration = Duration::from_secs(60 * 60);

/// Reads the whole document.
pub(super) fn file(json: &str) -> Result<Vec<Fault>, FaultsFileError> {
    let document =
        json::parse(json).map_err(|error| FaultsFileError::new("the document", error))?;
    let root = Element::root("the document", document.value());
    let [faults] = root.only_members(["Faults"])?;
    let Some(faults) = faults else {
        return Ok(root.refuse("Faults is missing")?);
    };
    let list = faults.items()?;
    if list.len() > FAULTS_MAX {
        return Ok(faults.refuse(format_args!("it has more than {FAULTS_MAX} faults"))?);
    }
    Ok(list.iter().map(fault).collect::<Result<_, _>>()?)
}

fn fault(element: &Element<'_>) -> Result<Fault, Problem> {
    let [
        error,
        message,
        delay,
        operation,
        key,
        call,
        after,
        times,
        nth,
        probability,
        seed,
    ] = element.only_members([
        "Error",
        "Message",
        "Delay",
        "Operation",
        "KeyArn",
        "Call",
        "After",
        "Times",
        "Nth",
        "Probability",
        "Seed",
    ])?;
    let delay = delay.as_ref().map(duration).transpose()?;
    let mut fault = match (error, delay) {
        (Some(error), delay) => {
            failure(&error, message.as_ref())?.delayed_by(delay.unwrap_or_default())
        }
        (None, Some(delay)) => Fault::latency(delay),
        (None, None) => return element.refuse("a fault has an Error, a Delay or both"),
    };
    if let (None, Some(message)) = (error, message) {
        return message.refuse("only an Error has a message");
    }
    if let Some(operation) = operation {
        let Ok(name) = operation.text()?.parse::<Operation>() else {
            return operation.refuse("KMS has no such operation");
        };
        fault = fault.on_operation(name);
    }
    if let Some(key) = key {
        fault = match key.text()?.parse::<KeyArn>() {
            Ok(arn) => fault.on_key(arn),
            Err(_) => return key.refuse("not the ARN of a key"),
        };
    }
    if let Some(call) = call {
        fault = fault.at(provider_call(&call)?);
    }
    if let Some(after) = &after {
        fault = fault.after(number(after)?);
    }
    if let Some(times) = &times {
        fault = fault.times(number(times)?);
    }
    if let Some(nth) = nth {
        if after.is_some() || times.is_some() {
            return nth.refuse("it replaces After and Times, and cannot be combined with them");
        }
        fault = match number(&nth)? {
            0 => return nth.refuse("calls are counted from 1"),
            call => fault.nth(call),
        };
    }
    match (probability, seed) {
        (Some(probability), seed) => {
            let seed = seed.as_ref().map(number).transpose()?.unwrap_or_default();
            Ok(fault.with_probability(chance(&probability)?, seed))
        }
        (None, Some(seed)) => seed.refuse("only a Probability has a seed"),
        (None, None) => Ok(fault),
    }
}

/// A fault with an exception and its message.
fn failure(error: &Element<'_>, message: Option<&Element<'_>>) -> Result<Fault, Problem> {
    let text = message.map(|message| match message.text()? {
        "" => message.refuse("an empty message"),
        text if text.len() > MESSAGE_MAX => {
            message.refuse(format_args!("it has more than {MESSAGE_MAX} bytes"))
        }
        text => Ok(text),
    });
    let text = text.transpose()?;
    // An empty message becomes AWS's.
    let words = || InfrastructureError::new(text.unwrap_or_default());
    let error = match (error.text()?, message) {
        ("DependencyTimeoutException", _) => KeyProviderError::DependencyTimeout(words()),
        ("KMSInternalException", _) => KeyProviderError::Internal(words()),
        ("KMSInvalidStateException", Some(_)) => {
            KeyProviderError::KeyStore(text.unwrap_or_default().to_owned())
        }
        ("KMSInvalidStateException", None) => {
            return error.refuse("it needs a Message: that of the custom key store");
        }
        ("KeyUnavailableException", _) => KeyProviderError::KeyUnavailable(words()),
        ("ThrottlingException", None) => return Ok(Fault::throttling()),
        ("ThrottlingException", Some(message)) => {
            return message.refuse("a ThrottlingException always has AWS's message");
        }
        _ => {
            return error.refuse(
                "not DependencyTimeoutException, KMSInternalException, \
                 KMSInvalidStateException, KeyUnavailableException or ThrottlingException",
            );
        }
    };
    Ok(Fault::new(error))
}

fn provider_call(element: &Element<'_>) -> Result<ProviderCall, Problem> {
    Ok(match element.text()? {
        "AliasLookUp" => ProviderCall::AliasLookUp,
        "Decrypt" => ProviderCall::Decrypt,
        "Encrypt" => ProviderCall::Encrypt,
        "GrantTokenLookUp" => ProviderCall::GrantTokenLookUp,
        "KeyLookUp" => ProviderCall::KeyLookUp,
        "View" => ProviderCall::View,
        _ => {
            return element
                .refuse("not AliasLookUp, Decrypt, Encrypt, GrantTokenLookUp, KeyLookUp or View");
        }
    })
}

fn duration(element: &Element<'_>) -> Result<Duration, Problem> {
    match humantime::parse_duration(element.text()?) {
        Ok(delay) if delay <= DELAY_MAX => Ok(delay),
        Ok(_) => element.refuse("more than an hour"),
        Err(_) => element.refuse("not a duration such as 250ms or 1s 500ms"),
    }
}

fn number(element: &Element<'_>) -> Result<u64, Problem> {
    let Value::Number(text) = element.value() else {
        return element.refuse("not a number");
    };
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) => element.refuse("not a non-negative whole number"),
    }
}

fn chance(element: &Element<'_>) -> Result<f64, Problem> {
    let Value::Number(text) = element.value() else {
        return element.refuse("not a number");
    };
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => element.refuse("not a number from 0 to 1"),
    }
}
