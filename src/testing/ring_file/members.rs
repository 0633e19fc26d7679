//! The members of a ring file that are texts and numbers.

use core::error::Error;
use core::ops::RangeInclusive;
use core::str::FromStr;
use std::time::SystemTime;

use crate::testing::timestamp;

use super::error::RingFileError;

pub(super) fn parse<T>(member: &str, text: &str) -> Result<T, RingFileError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    text.parse()
        .map_err(|error| RingFileError::caused(member, error))
}

pub(super) fn parse_optional<T>(
    member: &str,
    text: &Option<String>,
) -> Result<Option<T>, RingFileError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text = text.as_deref();
    text.map(|text| parse(member, text)).transpose()
}

pub(super) fn parse_or<T>(
    member: &str,
    text: &Option<String>,
    default: T,
) -> Result<T, RingFileError>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    Ok(parse_optional(member, text)?.unwrap_or(default))
}

pub(super) fn bounded(
    member: &str,
    number: u32,
    bounds: RangeInclusive<u32>,
) -> Result<(), RingFileError> {
    if bounds.contains(&number) {
        return Ok(());
    }
    let (least, most) = bounds.into_inner();
    let reason = format!("{number} is not between {least} and {most}");
    Err(RingFileError::new(member, reason))
}

pub(super) fn time(
    member: &str,
    text: &Option<String>,
) -> Result<Option<SystemTime>, RingFileError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let time = timestamp::read(text);
    let error = || RingFileError::new(member, "a time is written as 2026-01-01T00:00:00Z");
    time.map(Some).ok_or_else(error)
}
